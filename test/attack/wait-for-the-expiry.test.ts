import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { ACCOUNT, arnOf, call, NOW, oneUser } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const HOUR = 3_600_000
const ROOT = { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT, accessKeyId: 'AKIAROOTROOTROOTROOT' }

/** Root makes a user with full rights and stops the trail. The user is denied everything, root stays free, and nobody answers. */
async function unanswered(onExpiry: 'keep' | 'release') {
  const backdoor = { UserName: 'backdoor', Arn: arnOf('backdoor'), CreateDate: new Date(NOW).toISOString() }
  const account = { ...oneUser(), UserDetailList: [...(oneUser().UserDetailList ?? []), backdoor] }
  const world = await deployed({ account, policy: { review: { onExpiry, expireAfterHours: 168 } } })
  const by = (record: object) => delivered({ ...record, userIdentity: ROOT, recipientAccountId: ACCOUNT })
  const admin = { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
  await world.respond([
    by(call('iam:CreateUser', { id: 'u1', request: { userName: 'backdoor' }, response: { user: { arn: arnOf('backdoor') } } })),
    by(call('iam:AttachUserPolicy', { id: 'u2', time: NOW + 1000, request: admin })),
    by(call('cloudtrail:StopLogging', { id: 'u3', time: NOW + 2000 })),
  ])
  const ports = {
    ...world.ports,
    pager: { notify: async () => {}, stack: undefined },
    backfillQueue: { backfill: async () => {} },
    rotateInvoker: undefined,
  }
  const only = async () => {
    const [incident] = await world.incidents()
    if (incident === undefined) throw new Error('no incident')
    return incident
  }
  const before = { state: (await only()).state, isDenied: world.account.isRefused('backdoor') }
  for (const hours of [1, 2, 169]) {
    world.setNow(NOW + hours * HOUR)
    await sweep(ports)
  }
  return { world, ports, only, before }
}

describe('root, who cannot be contained, waits until the question expires', () => {
  it('the policy keeps: what it made stays denied, also after its deny is taken away', async () => {
    const { world, ports, only, before } = await unanswered('keep')
    expect(before).toEqual({ state: 'asking', isDenied: true })
    expect([(await only()).state, world.account.isRefused('backdoor')]).toEqual(['confirmed', true])
    const { id } = await only()
    await world.account.deleteUserPolicy('backdoor', quarantinePolicyName(id))
    expect(world.account.isRefused('backdoor')).toBe(false)
    await enforce(id, ports)
    expect(world.account.isRefused('backdoor')).toBe(true)
    expect(world.notices.at(-1)).toMatchObject({ kind: 'reversed' })
  })

  it('the policy releases: what was done is undone, as it would be for a contained incident', async () => {
    const { world, only } = await unanswered('release')
    expect([(await only()).state, world.account.isRefused('backdoor')]).toEqual(['released', false])
  })
})
