import { describe, expect, it } from 'vitest'
import { verifyChain } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { answersIn } from '../../shared/learn/answered.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { review } from '../../shared/review/review.ts'
import type { Review } from '../../shared/review/reviewer.ts'
import { embedded, exposed, NOW } from '../embedded.ts'

const HOUR = 3_600_000
const said = (parts: Partial<Review> = {}): Review => ({ kind: 'extend', by: 'local:anna', reason: 'asking the owner', ...parts })

async function contained(policy: object = {}) {
  const world = await embedded({ policy: { breaker: { maxUserFraction: 1 }, ...policy } })
  await world.respond([exposed()])
  const only = async () => {
    const [incident] = await world.incidents()
    return incident as Incident
  }
  return { ...world, only, id: (await only()).id }
}

describe('an extension', () => {
  it('is in the record with who, why and until when, and leaves everything else as it is', async () => {
    const { ports, only, id } = await contained()
    const before = await only()
    await review(id, said({ hours: 8 }), ports)
    const incident = await only()
    expect(incident).toMatchObject({ state: 'contained', extendedUntil: NOW + 8 * HOUR })
    expect([incident.verdict, incident.owedNotice]).toEqual([undefined, undefined])
    const changes = await ports.record.list(incidentSubject(id))
    expect(changes.at(-1)).toMatchObject({ kind: 'extension', actor: 'local:anna', why: 'asking the owner', to: { until: NOW + 8 * HOUR } })
    expect(verifyChain(incidentSubject(id), changes, incident.head)).toBeUndefined()
    expect(incident.credentials).toEqual(before.credentials)
  })

  it('has the message of the incident say so', async () => {
    const { ports, notices, id } = await contained()
    await review(id, said(), ports)
    expect(notices.at(-1)).toMatchObject({ kind: 'extended', incidentId: id })
  })

  it('is no answer: nothing is learned from it, and a verdict after it counts', async () => {
    const { ports, only, id } = await contained()
    await review(id, said(), ports)
    expect(answersIn([await only()]).answers).toEqual([])
    await review(id, said({ kind: 'legitimate', reason: 'it was a drill' }), ports)
    expect(await only()).toMatchObject({ state: 'released', verdict: { kind: 'legitimate' } })
  })

  it('is as long as the policy allows where nobody says how long, counts anew when it is said again, and is never longer', async () => {
    const { ports, only, id, setNow } = await contained({ review: { maxExtensionHours: 10 } })
    await review(id, said(), ports)
    expect((await only()).extendedUntil).toBe(NOW + 10 * HOUR)
    setNow(NOW + HOUR)
    await review(id, said({ hours: 2 }), ports)
    expect((await only()).extendedUntil).toBe(NOW + 3 * HOUR)
    for (const hours of [11, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(review(id, said({ hours }), ports), String(hours)).rejects.toThrow('an extension lasts more than 0 and up to 10 hours')
    expect((await ports.record.list(incidentSubject(id))).filter(({ kind }) => kind === 'extension')).toHaveLength(2)
  })

  it('needs a reason, an approver, and an incident that is open', async () => {
    const { ports, id } = await contained({ approvers: ['local:lead', 'local:anna'] })
    await expect(review(id, said({ reason: ' ' }), ports)).rejects.toThrow('needs a reason')
    await expect(review(id, said({ by: 'local:stranger' }), ports)).rejects.toThrow('not among')
    await review(id, said({ kind: 'compromised', by: 'local:lead' }), ports)
    await expect(review(id, said(), ports)).rejects.toMatchObject({ code: 'incident.state' })
  })

  it('is bound to what was seen, and needs one pair of eyes only', async () => {
    const { ports, only, id } = await contained({ fourEyes: [{}] })
    await expect(review(id, said({ revision: '0123456789abcdef' }), ports)).rejects.toMatchObject({ code: 'review.stale' })
    const extended = await review(id, said({ revision: revisionOf(await only()) }), ports)
    expect(extended.awaitsSecond).toBe(false)
  })

  it('is dropped where the incident has moved on meanwhile', async () => {
    const { ports, only, id } = await contained()
    let isFirst = true
    const save: typeof ports.incidents.save = async (incident, version) => {
      if (isFirst) {
        isFirst = false
        const stored = await ports.incidents.get(id)
        await ports.incidents.save({ ...(stored?.value as Incident), state: 'confirmed' }, stored?.version ?? 0)
        return false
      }
      return ports.incidents.save(incident, version)
    }
    await review(id, said(), { ...ports, incidents: { ...ports.incidents, save } })
    expect(await only()).toMatchObject({ state: 'confirmed' })
    expect((await only()).extendedUntil).toBeUndefined()
  })
})

describe('the policy of reminders', () => {
  it('does not page before it reminds', () => {
    const policy = (review: object) => () => parsePolicy({ version: 2, review })
    expect(policy({ escalateAfterMinutes: 90, pageAfterMinutes: 89 })).toThrow(
      'review.pageAfterMinutes: must not be before escalateAfterMinutes',
    )
    expect(policy({ escalateAfterMinutes: 90, pageAfterMinutes: 90 })).not.toThrow()
    expect(policy({ escalateAfterMinutes: 61 })).toThrow('pageAfterMinutes')
  })

  it('holds nobody to four eyes for an extension, nor offers it in Slack', () => {
    expect(() => parsePolicy({ version: 2, fourEyes: [{ verdicts: ['extend'] }] })).toThrow('fourEyes.0.verdicts.0')
    expect(() => parsePolicy({ version: 2, slack: { approvers: [{ users: ['U0ALICE'], verdicts: ['extend'] }] } })).toThrow('verdicts.0')
  })
})

describe('the first of four eyes', () => {
  const FOUR = { fourEyes: [{}] }
  const says = (by: string): Review => ({ kind: 'legitimate', by, reason: 'a drill' })

  it.each([
    ['twelve hours later', 12 * HOUR, false],
    ['a moment after that', 12 * HOUR + 1, true],
    ['when the clock has run back a little', -60_000, false],
    ['when the clock has run back by more than that', -12 * HOUR - 1, true],
  ])('is taken or not by the second %s', async (_, later, awaitsSecond) => {
    const { ports, id, setNow } = await contained(FOUR)
    expect((await review(id, says('local:anna'), ports)).awaitsSecond).toBe(true)
    setNow(NOW + later)
    expect((await review(id, says('local:bea'), ports)).awaitsSecond).toBe(awaitsSecond)
  })

  it('says until when it waits', async () => {
    const { ports, id } = await contained(FOUR)
    await review(id, says('local:anna'), ports)
    const last = (await ports.record.list(incidentSubject(id))).at(-1)
    expect(last).toMatchObject({ kind: 'endorsement', to: { says: 'legitimate', until: new Date(NOW + 12 * HOUR).toISOString() } })
  })
})

describe('a confirmed compromise', () => {
  it('is told of wherever it was said, so that its message loses its buttons', async () => {
    const { ports, notices, only, id } = await contained()
    await review(id, { kind: 'compromised', by: 'local:anna', reason: 'it was stolen' }, ports)
    expect(notices.at(-1)).toMatchObject({ kind: 'confirmed', title: 'Confirmed: ci-build was compromised, the containment stays' })
    expect((await only()).owedNotice).toBeUndefined()
  })

  it('is told of by the next who says it where the first broke off', async () => {
    const { ports, notices, only, id } = await contained()
    const before = await only()
    const words = { kind: 'compromised', by: 'local:anna', reason: 'it was stolen', revision: revisionOf(before) } as const
    const broken = { contain: () => Promise.reject(new Error('throttled')) }
    await expect(review(id, words, { ...ports, containInvoker: broken })).rejects.toThrow('throttled')
    expect((await only()).owedNotice).toBe('confirmed')
    await review(id, words, ports)
    expect(notices.at(-1)?.kind).toBe('confirmed')
    expect((await only()).owedNotice).toBeUndefined()
  })
})
