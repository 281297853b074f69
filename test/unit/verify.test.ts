import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { review } from '../../shared/review/review.ts'
import { arnOf, call, embedded, exposed, KEY, NOW, oneUser, QUARANTINE_ARN } from '../embedded.ts'

const REVIEWER = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const
const MINUTE = 60_000

async function contained(parts: Parameters<typeof embedded>[0] = {}) {
  const world = await embedded(parts)
  await world.respond([exposed()])
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('no incident')
  return {
    ...world,
    id: incident.id,
    policyName: quarantinePolicyName(incident.id),
    incidentNow: async () => (await world.ports.incidents.get(incident.id))?.value,
    chainNow: () => world.ports.record.list(incidentSubject(incident.id)),
  }
}

describe('holding', () => {
  it('has every containment looked at again', async () => {
    const { ports, id } = await contained()
    expect(ports.reverifyQueue.asked).toEqual([5, 15, 60].map((seconds) => `${id} +${seconds}`))
  })

  it('changes nothing and tells nobody where everything stands', async () => {
    const { ports, id, chainNow, notices, setNow } = await contained()
    const [entries, told] = [(await chainNow()).length, notices.length]
    setNow(NOW + MINUTE)
    await enforce(id, ports)
    expect([(await chainNow()).length, notices.length]).toEqual([entries, told])
  })

  it('sets again what somebody reversed, says so in the record, and tells people first of all', async () => {
    const { ports, id, account, policyName, chainNow, incidentNow, notices, setNow } = await contained()
    await account.deleteUserPolicy('ci-build', policyName)
    await account.setAccessKeyStatus('ci-build', KEY, 'Active')
    setNow(NOW + MINUTE)
    await enforce(id, ports)
    expect(account.isRefused('ci-build')).toBe(true)
    expect(account.isRefused('ci-build', KEY)).toBe(true)
    expect((await chainNow()).filter(({ kind }) => kind === 'step-reversed').map(({ target, to }) => [target, to])).toEqual([
      [`access-key:ci-build/${KEY}`, 'Active'],
      [`user-policy:ci-build/${policyName}`, null],
    ])
    expect(await incidentNow()).toMatchObject({ state: 'contained', priority: 100 })
    expect(notices.at(-1)).toMatchObject({ kind: 'reversed', priority: 100 })
    // And looks again, once: who reverses once tries again.
    expect(ports.reverifyQueue.asked.slice(3)).toEqual([`${id} +15`])
    expect(verifyChain(incidentSubject(id), await chainNow(), (await incidentNow())?.head)).toBeUndefined()
  })

  it('answers a deny that is taken away again and again with a boundary, and gives all of it back', async () => {
    const world = await contained()
    const before = oneUser().UserDetailList?.[0]
    for (let round = 1; round <= 2; round++) {
      await world.account.deleteUserPolicy('ci-build', world.policyName)
      world.setNow(NOW + round * MINUTE)
      await enforce(world.id, world.ports)
    }
    expect(await world.account.boundaryOf('ci-build')).toBe(QUARANTINE_ARN)
    await review(world.id, REVIEWER, world.ports)
    expect(world.account.authorizationDetails().UserDetailList[0]).toEqual(before)
    expect((await world.incidentNow())?.state).toBe('released')
  })

  it('does not blame anybody for a read that is older than the write', async () => {
    const { ports, id, account, policyName, chainNow, notices } = await contained()
    await account.deleteUserPolicy('ci-build', policyName)
    const told = notices.length
    await enforce(id, ports)
    expect(account.isRefused('ci-build')).toBe(true)
    expect((await chainNow()).some(({ kind }) => kind === 'step-reversed')).toBe(false)
    expect(notices).toHaveLength(told)
  })

  it('says what could not be set again', async () => {
    let isRefusing = false
    const refused = Object.assign(new Error('no'), { name: 'AccessDenied' })
    const world = await contained({
      iam: (iam: Iam) => ({ ...iam, putUserPolicy: (...words) => (isRefusing ? Promise.reject(refused) : iam.putUserPolicy(...words)) }),
    })
    await world.account.deleteUserPolicy('ci-build', world.policyName)
    isRefusing = true
    world.setNow(NOW + MINUTE)
    await enforce(world.id, world.ports)
    expect((await world.incidentNow())?.decision.why.at(-1)).toContain('could not be set again: AccessDenied')
  })

  it('tries again what was not there yet', async () => {
    const world = await embedded({ account: oneUser() })
    const made = call('iam:CreateUser', { id: 'm', time: NOW - 1000, request: { userName: 'fresh' } })
    await world.respond([made, exposed()])
    const [incident] = await world.incidents()
    expect(incident?.state).toBe('contained')
    world.account.addObserved({ id: arnOf('fresh'), kind: 'iam-user', name: 'fresh', account: '123456789012' }, undefined)
    world.setNow(NOW + 5000)
    await enforce(incident?.id ?? '', world.ports)
    expect(world.account.isRefused('fresh')).toBe(true)
  })

  it('leaves what was released as it is', async () => {
    const { ports, id, account } = await contained()
    await review(id, REVIEWER, ports)
    await enforce(id, ports)
    expect(account.isRefused('ci-build', KEY)).toBe(false)
  })

  it('is told by the call that reverses it, and does not wait for the sweep', async () => {
    const world = await contained()
    await world.account.deleteUserPolicy('ci-build', world.policyName)
    world.setNow(NOW + MINUTE)
    const undo = (id: string, parts: object) =>
      call('iam:DeleteUserPolicy', { id, time: NOW + MINUTE, user: 'bystander', key: 'AKIABYSTANDER0000001', ...parts })
    await world.respond([undo('u1', { request: { userName: 'bystander', policyName: 'x' } })])
    expect(world.account.isRefused('ci-build')).toBe(false)
    await world.respond([undo('u2', { request: { userName: 'ci-build', policyName: world.policyName }, error: 'AccessDenied' })])
    expect(world.account.isRefused('ci-build')).toBe(false)
    await world.respond([
      undo('u3', { request: { userName: 'ci-build', policyName: world.policyName } }),
      undo('u4', { request: { userName: 'ci-build', policyName: world.policyName } }),
    ])
    expect(world.account.isRefused('ci-build')).toBe(true)
    expect((await world.chainNow()).filter(({ kind }) => kind === 'step-reversed')).toHaveLength(1)
  })
})
