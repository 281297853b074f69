import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { countersign } from './run-cli.ts'

interface Printed {
  readonly region: string
  readonly missing: readonly string[]
  readonly detectors: readonly {
    readonly detector: string
    readonly state: string
    readonly gaps: readonly { readonly remedy?: string }[]
  }[]
}

async function printed(...words: string[]): Promise<Printed> {
  const { code, out, err } = await countersign(['doctor', '--json', ...words])
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out) as Printed
}

describe('doctor', () => {
  it('says of every detector whether its calls are delivered, and what would deliver the rest', async () => {
    const { code, out } = await countersign(['doctor'])
    expect(code).toBe(0)
    expect(out).toMatch(/^A stack in us-east-1 with readOnlyEvents true and includeRoleSessions false: of \d+ detectors\n/)
    const [, none = ''] = out.match(/\nCannot fire\n([\s\S]*?)\n\n/) ?? []
    expect(none).toContain('launched-in-many-regions')
    expect(out).toContain('delivered by: includeRoleSessions: true')
    for (const { id } of CATALOGUE) expect(out).toContain(id)
  })

  it('has one line for each list and each gap in a pipe', async () => {
    const { out } = await countersign(['doctor'])
    const [, whole = ''] = out.match(/\nGet all calls\n([\s\S]*)$/) ?? []
    expect(whole.trimEnd().split('\n')).toHaveLength(1)
    const [head, ...sections] = out.trimEnd().split('\n\n')
    expect(head?.split('\n')).toHaveLength(3)
    const ids = new Set(CATALOGUE.map(({ id }) => id))
    const lines = sections.flatMap((section) => section.split('\n').slice(1))
    for (const line of lines)
      if (!/^ {6}(?:not delivered|delivered by): /.test(line)) for (const id of line.slice(2).split(', ')) expect(ids.has(id)).toBe(true)
    expect(lines.filter((line) => ids.has(line.trim().split(', ')[0] as string)).flatMap((line) => line.split(', '))).toHaveLength(ids.size)
  })

  it('refuses a region that AWS does not have, with the one that is meant', async () => {
    const { code, out, err } = await countersign(['doctor', '--region', 'us-esat-1'])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('--region must be a region of AWS, such as us-east-1, got "us-esat-1"; did you mean us-east-1?')
    expect((await countersign(['doctor', '--region', '', '--json'])).code).toBe(2)
  })

  it('goes by the settings and the region that are named', async () => {
    const [usual, all, elsewhere] = [
      await printed(),
      await printed('--context', '{"includeRoleSessions":true}'),
      await printed('--region', 'eu-west-1'),
    ]
    const stateOf = ({ detectors }: Printed, id: string) => detectors.find(({ detector }) => detector === id)?.state
    expect([stateOf(usual, 'new-country'), stateOf(all, 'new-country')]).toEqual(['in-part', 'delivered'])
    expect([stateOf(usual, 'user-created'), stateOf(elsewhere, 'user-created')]).toEqual(['delivered', 'not'])
    expect(usual.missing).toEqual([])
  })

  it('refuses settings that no stack has, and settings beside a stack', async () => {
    const wrong = await countersign(['doctor', '--context', '{"includeRoleSession":true}'])
    expect([wrong.code, wrong.err]).toEqual([expect.any(Number), expect.stringContaining('includeRoleSession: no such key')])
    expect(wrong.code).not.toBe(0)
    const both = await countersign(['doctor', '--context', '{}', '--stack', 'Countersign'])
    expect([both.code, both.err]).toEqual([2, expect.stringMatching(/'--stack <name>' cannot be used with option '--context <json>'/)])
  })
})
