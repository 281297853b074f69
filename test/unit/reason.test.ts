import { describe, expect, it } from 'vitest'
import { isWordless, Reason, requireReason } from '../../shared/domain/reason.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { identitySubject, incidentSubject } from '../../shared/record/append.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { consoleWorld } from '../console.ts'

const MARKS = ['…', '"…"', '“…”', '...', '. . .', '—', '-', '?!', '…\u200b', '\u202e…']
/** The last are a filler of Hangul, which is a letter, a joiner and an empty pattern of Braille: none is seen. */
const BLANK = ['', ' ', '\t\n', '\u00a0', '\u200b', '\u3164', '\u034f', '\u2800']

describe('a reason', () => {
  it.each(MARKS)('is not %j, which says nothing: the message says what to write in its place', (reason) => {
    expect(() => requireReason({ reason })).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: 'this needs a reason, which the record keeps: write why in the place of "…"',
      }),
    )
  })

  it.each(BLANK)('is not %j', (reason) => {
    expect(() => requireReason({ reason })).toThrow('this needs a reason, which the record keeps: --reason "why"')
  })

  it.each(['ok', 'it was us …', '…and the owner agreed', '誤検知', 'да', '👍', 'OPS-7', '7'])('is %j', (reason) => {
    requireReason({ reason })
    expect(Reason.parse(reason)).toBe(reason)
    expect(isWordless(reason)).toBe(false)
  })
})

describe('a form of the console', () => {
  it('refuses the … of a printed command as a reason, says what to write, and changes nothing', async () => {
    const { incident, ports, post } = await consoleWorld()
    const revision = revisionOf(incident)
    const policy = String((await readPolicy(ports.record)).number)
    const before = (await ports.record.last(incidentSubject(incident.id)))?.number
    const answers = await Promise.all([
      post(`/incidents/${incident.id}/verdict`, { kind: 'legitimate', reason: '…', revision }),
      post(`/incidents/${incident.id}/verdict`, { confirms: 'legitimate', reason: '…', revision, policy }),
      post(`/identities/${encodeURIComponent(incident.identity.id)}/expected`, { value: 'country=DE', reason: '…' }),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(400)
      expect(await answer.text()).toMatch(/this needs a reason, which the record keeps: write why in the place of .*…/)
    }
    expect((await ports.record.last(incidentSubject(incident.id)))?.number).toBe(before)
    expect(await ports.record.last(identitySubject(incident.identity.id))).toBeUndefined()
  })
})
