import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, ATTACK, arnOf, call, embedded, exposed, KEY, NOW, quarantine } from '../embedded.ts'

const MINUTE = 60_000
const LEGITIMATE = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const

/** The responder after an incident that a reviewer released ten minutes after it opened. */
async function released(evidence: readonly object[], account?: object) {
  const world = await embedded({ account })
  await world.respond(evidence)
  const [first] = await world.incidents()
  if (first === undefined) throw new Error('no incident')
  world.setNow(NOW + 10 * MINUTE)
  await review(first.id, LEGITIMATE, world.ports)
  expect((await world.incidents()).map(({ state }) => state)).toEqual(['released'])
  world.setNow(NOW + 13 * MINUTE)
  return { ...world, first, states: async () => (await world.incidents()).map(({ state }) => state) }
}

/** AWS's own quarantine of the user, as CloudTrail reports it. */
const quarantined = (id: string, minute: number) => quarantine('ci-build', { id, time: NOW + minute * MINUTE })

const roleAccount = { RoleDetailList: [{ RoleName: 'deploy', Arn: `arn:aws:iam::${ACCOUNT}:role/deploy` }] }

/** What `ATTACK` does, from a session of the role `deploy`. */
const sessionAttack = (sessionName: string, key: string, minute: number) =>
  ATTACK.map((record, at) => ({
    ...record,
    eventID: `${key}-${at}`,
    eventTime: new Date(NOW + minute * MINUTE + at * 1000).toISOString(),
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/${sessionName}`,
      accountId: ACCOUNT,
      accessKeyId: key,
      sessionContext: {
        sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, accountId: ACCOUNT, userName: 'deploy' },
        attributes: { creationDate: new Date(NOW + minute * MINUTE - 1000).toISOString(), mfaAuthenticated: 'false' },
      },
    },
  }))

describe('an intruder waits until a person has released the incident', () => {
  it('AWS quarantines the key before the release and CloudTrail delivers it after: the key is contained again, and people are told', async () => {
    const { respond, states, account, notices } = await released(ATTACK)
    expect(account.isRefused('ci-build', KEY)).toBe(false)
    const before = notices.length
    await respond([quarantined('late', 9)])
    expect(await states()).toEqual(['released', 'contained'])
    expect(account.isRefused('ci-build', KEY)).toBe(true)
    expect(notices.slice(before).map(({ kind }) => kind)).toEqual(['contained'])
  })

  it('AWS reports the exposure again after the release: the key is contained again', async () => {
    const { respond, states, account } = await released([exposed()])
    await respond([exposed(KEY, '2', NOW + 12 * MINUTE)])
    expect(await states()).toEqual(['released', 'contained'])
    expect(account.isRefused('ci-build', KEY)).toBe(true)
  })

  it('the report that the reviewer had seen is delivered a second time: nothing happens', async () => {
    const { respond, states, account } = await released([exposed()])
    await respond([exposed(), call('s3:ListBuckets', { id: 'work', time: NOW + 12 * MINUTE })])
    expect(await states()).toEqual(['released'])
    expect(account.isRefused('ci-build', KEY)).toBe(false)
  })

  it('a late call shows what the reviewer had not seen: it opens the next incident', async () => {
    const { respond, states } = await released(ATTACK)
    await respond([
      call('kms:ScheduleKeyDeletion', { id: 'late', time: NOW + 9 * MINUTE, request: { keyId: 'k', pendingWindowInDays: 7 } }),
    ])
    expect((await states()).length).toBe(2)
  })

  it('a late call of the same kind by the same key is covered', async () => {
    const { respond, states } = await released(ATTACK)
    await respond([call('cloudtrail:StopLogging', { id: 'late', time: NOW + 9 * MINUTE })])
    expect(await states()).toEqual(['released'])
  })

  it('the release of Anna’s session covers Anna’s next session, and not Mallory’s of the same role', async () => {
    const anna = sessionAttack('anna', 'ASIAANNA000000000001', 0)
    const again = await released(anna, roleAccount)
    await again.respond(sessionAttack('anna', 'ASIAANNA000000000002', 12))
    expect(await again.states()).toEqual(['released'])
    const other = await released(anna, roleAccount)
    await other.respond(sessionAttack('mallory', 'ASIAMALLORY000000001', 12))
    expect(await other.states()).toEqual(['released', 'contained'])
  })

  it('the release of one key does not cover the user’s other key', async () => {
    const { respond, states } = await released(ATTACK)
    const other = ATTACK.map((record, at) => ({
      ...record,
      eventID: `other-${at}`,
      eventTime: new Date(NOW + 12 * MINUTE + at * 1000).toISOString(),
      userIdentity: { ...(record as { userIdentity: object }).userIdentity, accessKeyId: 'AKIAOTHERKEY00000001' },
    }))
    await respond(other)
    expect((await states()).length).toBe(2)
  })

  it('evidence that arrives while the release runs waits for its end, and then counts', async () => {
    let duringRelease: (() => Promise<void>) | undefined
    const iam = (inner: Iam): Iam => ({
      ...inner,
      async setAccessKeyStatus(...key) {
        const run = duringRelease
        duringRelease = undefined
        await run?.()
        return inner.setAccessKeyStatus(...key)
      },
    })
    const world = await embedded({ iam })
    await world.respond([exposed()])
    const [first] = await world.incidents()
    const report = exposed(KEY, '2', NOW + MINUTE)
    let failed: unknown[] = []
    duringRelease = async () => {
      failed = [...(await world.respond([report])).failed.values()]
    }
    await review(first?.id ?? '', LEGITIMATE, world.ports)
    expect(failed).toEqual([expect.stringContaining('is being released')])
    expect((await world.incidents()).map(({ state }) => state)).toEqual(['released'])
    await world.respond([report])
    expect((await world.incidents()).map(({ state }) => state)).toEqual(['released', 'contained'])
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
  })

  it('an incident that 0.1.0 released, whose suppression names detectors alone, covers what that incident holds', async () => {
    const { respond, states, ports, first } = await released(ATTACK)
    const stored = await ports.incidents.get(first.id)
    if (stored?.value.suppression === undefined) throw new Error('not released')
    const detectors = [...stored.value.suppression.detectors, 'access-key-exposed', 'quarantine-policy-attached']
    const confirmed = [`quarantine-policy-attached ${KEY}`]
    await ports.incidents.save({ ...stored.value, suppression: { ...stored.value.suppression, detectors, confirmed } }, stored.version)
    await respond([call('cloudtrail:StopLogging', { id: 'same', time: NOW + 12 * MINUTE })])
    expect(await states()).toEqual(['released'])
    await respond([quarantined('late', 9)])
    expect(await states()).toEqual(['released', 'contained'])
    await enforce(first.id, ports)
    expect(await states()).toEqual(['released', 'contained'])
  })
})
