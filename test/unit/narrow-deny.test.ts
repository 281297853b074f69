import { describe, expect, it } from 'vitest'
import { openChangeLog } from '../../shared/contain/change-log.ts'
import { hasOwnDeny, narrowDeny } from '../../shared/contain/narrow-deny.ts'
import { DENY_ALL, quarantinePolicyName, revocation } from '../../shared/contain/steps/quarantine.ts'
import type { StepValue } from '../../shared/contain/steps/step.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { standingSteps } from '../../shared/domain/progress.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { incidentOf } from '../contract/samples.ts'
import { arnOf, embedded, KEY, NOW, QUARANTINE_ARN } from '../embedded.ts'

const ID = 'inc-0123456789ab'
const HOUR = 3_600_000
const POLICY = quarantinePolicyName(ID)
const INLINE = `user-policy:ci-build/${POLICY}`
const ATTACHED = `user-attachment:ci-build/${QUARANTINE_ARN}`
const BOUNDARY = `user-boundary:ci-build/${QUARANTINE_ARN}`
const OTHERS = `user-policy:bystander/${POLICY}`
const KEY_STEP = `access-key:ci-build/${KEY}`
const SESSIONS_ENDED = revocation({ issuedBefore: NOW, names: [] })

/** User `ci-build` whose keys are rotated after a verdict at `NOW`, denied everything in every way, and somebody else who is denied too. */
async function rotating(parts: Partial<Incident> = {}) {
  const world = await embedded()
  const { account, ports } = world
  await account.setAccessKeyStatus('ci-build', KEY, 'Inactive')
  for (const user of ['ci-build', 'bystander']) await account.putUserPolicy(user, POLICY, DENY_ALL)
  await account.attachUserPolicy('ci-build', QUARANTINE_ARN)
  await account.setBoundary('ci-build', QUARANTINE_ARN)
  const steps: [string, StepValue, StepValue][] = [
    [KEY_STEP, 'Active', 'Inactive'],
    [INLINE, null, DENY_ALL],
    [ATTACHED, null, 'attached'],
    [BOUNDARY, null, QUARANTINE_ARN],
    [OTHERS, null, DENY_ALL],
  ]
  for (const [target, from, to] of steps)
    for (const kind of ['step-planned', 'step-done'] as const)
      await append(ports.record, incidentSubject(ID), {
        at: new Date(NOW).toISOString(),
        actor: 'countersign:contain',
        kind,
        target,
        from,
        to,
        why: 'x',
      })
  const verdict = { kind: 'compromised', by: arnOf('lead'), reason: 'stolen', at: new Date(NOW).toISOString() } as const
  const identity = { id: arnOf('ci-build'), kind: 'iam-user', name: 'ci-build', account: '123456789012' } as const
  const incident = incidentOf(ID, { state: 'rotating', verdict, identity, ...parts })
  const opened = async () => openChangeLog(ID, await ports.record.list(incidentSubject(ID)), ports)
  return {
    ...world,
    incident,
    async narrowAt(ms: number, iam: Iam = account) {
      world.setNow(NOW + ms)
      await narrowDeny({ value: incident, version: 1 }, NOW, await opened(), { ...ports, iam } as never)
    },
    /** Entries since the containment. */
    entries: async () => (await ports.record.list(incidentSubject(ID))).slice(2 * steps.length),
    standing: async () => standingSteps((await opened()).changes).map(({ target }) => target),
    inline: (user = 'ci-build') => account.getUserPolicy(user, POLICY),
  }
}

describe('the deny of a user whose key is rotated', () => {
  it('becomes one of the sessions from before the verdict; the other ways of denying go, the last one first, and nobody else is let go', async () => {
    const { narrowAt, inline, account, standing, entries } = await rotating()
    await narrowAt(HOUR)
    expect(await inline()).toBe(SESSIONS_ENDED)
    expect(await account.boundaryOf('ci-build')).toBeUndefined()
    expect(await standing()).toEqual([KEY_STEP, INLINE, OTHERS])
    expect(await inline('bystander')).toBe(DENY_ALL)
    expect(account.isRefused('ci-build', KEY)).toBe(true)
    const undone = (await entries()).filter(({ kind }) => kind === 'step-undone')
    expect(undone.map(({ target }) => target)).toEqual([BOUNDARY, ATTACHED])
    expect(undone[0]?.why).toMatch(/^rotation of ci-build: /)
    const planned = (await entries()).find(({ kind }) => kind === 'step-planned')
    expect(planned).toMatchObject({ target: INLINE, from: null, to: SESSIONS_ENDED, why: 'sessions of ci-build ended' })
  })

  it('is narrowed once, and goes when the last of those sessions has expired: 36 hours after the order, not earlier', async () => {
    const { narrowAt, inline, entries, standing } = await rotating()
    await narrowAt(HOUR)
    const written = (await entries()).length
    await narrowAt(36 * HOUR - 1)
    expect([await inline(), (await entries()).length]).toEqual([SESSIONS_ENDED, written])
    await narrowAt(36 * HOUR)
    expect(await inline()).toBeUndefined()
    expect(await standing()).toEqual([KEY_STEP, OTHERS])
    expect(await inline('bystander')).toBe(DENY_ALL)
  })

  it('stays as it is where AWS has no room for the other policy: all of it, until the sessions have expired', async () => {
    const { narrowAt, inline, account, standing } = await rotating()
    const full: Iam = { ...account, putUserPolicy: async () => 'quota' }
    await narrowAt(HOUR, full)
    expect(await inline()).toBe(DENY_ALL)
    expect(await standing()).toEqual([KEY_STEP, INLINE, ATTACHED, BOUNDARY, OTHERS])
    await narrowAt(36 * HOUR, full)
    expect(await standing()).toEqual([KEY_STEP, OTHERS])
  })

  it('stays where the console password is a suspect: a new key makes that no safer', async () => {
    const credentials = [
      { id: KEY, kind: 'access-key', isPrimary: true },
      { id: 'console', kind: 'console', isPrimary: false },
    ] as const
    const { narrowAt, inline, entries } = await rotating({ credentials })
    for (const hours of [1, 36]) await narrowAt(hours * HOUR)
    expect([await inline(), await entries()]).toEqual([DENY_ALL, []])
  })

  it('counts from the order, whatever the incident says of its verdict', async () => {
    const verdict = { kind: 'compromised', by: arnOf('lead'), reason: 'stolen', at: new Date(NOW - 40 * HOUR).toISOString() } as const
    const { narrowAt, inline } = await rotating({ verdict })
    await narrowAt(HOUR)
    expect(await inline()).toBe(SESSIONS_ENDED)
  })

  it('is asked of the record: keys, steps on others, and steps that no version knows, are none of its own', async () => {
    const { incident, ports } = await rotating()
    const changes = await ports.record.list(incidentSubject(ID))
    const only = (...targets: string[]) =>
      hasOwnDeny(
        incident,
        changes.filter(({ target }) => targets.includes(target)),
      )
    for (const own of [INLINE, ATTACHED, BOUNDARY]) expect(only(KEY_STEP, own), own).toBe(true)
    expect(only(KEY_STEP, OTHERS)).toBe(false)
    const unknown = changes.map((change) => ({ ...change, target: 'quantum-key:ci-build/x' }))
    expect(hasOwnDeny(incident, unknown)).toBe(false)
  })
})
