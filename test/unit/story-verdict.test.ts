import { describe, expect, it } from 'vitest'
import { answerTo } from '../../local/commands/story-verdict.ts'
import { consoleWorld } from '../console.ts'

/** The story's contained incident, and a person who types these answers, each to the next question. */
async function story(...answers: string[]) {
  const { target, incident, ports } = await consoleWorld()
  const asked: string[] = []
  const ask = async (question: string) => {
    asked.push(question)
    return answers.shift()
  }
  return {
    incident,
    asked,
    type: (line: string, id: string | undefined = incident.id) => answerTo(line, id, { target, ask }),
    now: async () => (await ports.incidents.get(incident.id))?.value,
  }
}

describe('a verdict that is typed under the story', () => {
  it.each(['release', ' release ', 'release ID'])('as "%s" asks for a reason, says what will happen and waits for a yes', async (line) => {
    const { incident, asked, type, now } = await story('a drill', 'y')
    expect(await type(line.replace('ID', incident.id))).toContain(`Released ${incident.id}: restored as it was before`)
    expect(asked).toEqual([
      expect.stringContaining('Why?'),
      expect.stringMatching(/It was legitimate\. What was contained is restored as it was.*\nGo on\? \[y\/N\] $/s),
    ])
    expect((await now())?.verdict).toMatchObject({ kind: 'legitimate', reason: 'a drill' })
  })

  it('is taken with its reason where that is typed as for the command', async () => {
    const { incident, asked, type, now } = await story('yes')
    await type(`confirm ${incident.id} --reason "it was stolen"`)
    expect(asked).toEqual([expect.stringContaining('It was an attack.')])
    expect((await now())?.verdict).toMatchObject({ kind: 'compromised', reason: 'it was stolen' })
  })

  it.each([
    ['no yes', ['a drill', 'n'], 'Nothing was done.'],
    ['no answer', ['a drill'], 'Nothing was done.'],
    ['no reason', ['  ', 'y'], 'Nothing was done: this needs a reason'],
    ['the … of a printed command as reason', ['"…"', 'y'], 'Nothing was done: this needs a reason'],
    ['a closed terminal', [], 'Nothing was done: this needs a reason'],
  ])('changes nothing where there is %s', async (_, answers, said) => {
    const { type, now } = await story(...answers)
    expect(await type('release')).toContain(said)
    const incident = await now()
    expect([incident?.state, incident?.verdict]).toEqual(['contained', undefined])
  })

  it('asks nothing once the incident is closed, and says by whom it is', async () => {
    const { asked, type } = await story('a drill', 'y')
    await type('release')
    const before = asked.length
    expect(await type('confirm')).toMatch(/^Nothing was done: incident inc-\w+ is released already, by local:anna at .*: a drill/)
    expect(asked.length).toBe(before)
  })

  it('asks nothing about an incident that is not there, or a word that is no verdict', async () => {
    const { asked, type } = await story('a drill', 'y')
    expect(await type('release inc-000000000000')).toContain('Nothing was done: no incident inc-000000000000')
    for (const line of ['delete', 'released', 'release everything', 'release --yes'])
      expect(await type(line)).toBe('Type "release" or "confirm", or press Enter to end.')
    expect(asked).toEqual([])
  })
})
