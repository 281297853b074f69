import { describe, expect, it } from 'vitest'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { STEPS } from '../../shared/contain/steps/steps.ts'
import { ACCOUNT, call, embedded, exposed, NOW, oneUser } from '../embedded.ts'

/** By what a containment can be undone, and the parameter that says whose. Written down here as well, so that none goes unseen. */
const REVERSALS = [
  ['UpdateAccessKey', 'userName'],
  ['DeleteUserPolicy', 'userName'],
  ['PutUserPolicy', 'userName'],
  ['DetachUserPolicy', 'userName'],
  ['DeleteUserPermissionsBoundary', 'userName'],
  ['PutUserPermissionsBoundary', 'userName'],
  ['UpdateServiceSpecificCredential', 'userName'],
  ['UpdateSSHPublicKey', 'userName'],
  ['UpdateSigningCertificate', 'userName'],
  ['DeleteRolePolicy', 'roleName'],
  ['PutRolePolicy', 'roleName'],
  ['UpdateAssumeRolePolicy', 'roleName'],
] as const

/** They take everything that was set on a user or role with them. */
const OF_THE_WHOLE = [
  ['UpdateUser', 'userName'],
  ['DeleteUser', 'userName'],
  ['DeleteRole', 'roleName'],
] as const

const SESSION = {
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIADEPLOYSESSION001',
    sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, userName: 'deploy' } },
  },
}

/** User `ci-build` and role `deploy`, each contained; `lookedAt` says for which of the two contain was called by a bystander's call. */
async function contained() {
  const roles = ['deploy', 'other'].map((RoleName) => ({ RoleName, Arn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}` }))
  const world = await embedded({ account: { ...oneUser(), RoleDetailList: roles }, policy: { breaker: { maxUserFraction: 1 } } })
  await world.respond([
    exposed(),
    ...['iam:CreateUser', 'iam:CreateLoginProfile', 'cloudtrail:StopLogging'].map((action, at) => ({
      ...call(action, { id: `r${at}`, from: '198.51.100.7', request: { userName: 'backdoor' } }),
      ...SESSION,
    })),
  ])
  const incidents = await world.incidents()
  const idOf = (name: string) => incidents.find(({ identity, state }) => identity.name === name && state === 'contained')?.id ?? 'none'
  const both = [idOf('ci-build'), idOf('deploy')]
  world.setNow(NOW + 60_000)
  let calls = 0
  return {
    world,
    idOf,
    async lookedAt(operation: string, request: object, error?: string) {
      const before = world.called.length
      calls += 1
      const parts = { id: `b${calls}`, time: NOW + 60_000, user: 'bystander', key: 'AKIABYSTANDER0000001', request }
      await world.respond([call(`iam:${operation}`, error === undefined ? parts : { ...parts, error })])
      // What the bystander does may be an incident of its own.
      return world.called.slice(before).filter((id) => both.includes(id))
    },
  }
}

describe('a call that can undo a containment', () => {
  it('is one that a step declares: no more and no fewer than are written down here', () => {
    const declared = STEPS.flatMap(({ owner, calls }) => calls.reversedBy.map((operation) => `${operation} ${owner}`))
    expect([...new Set(declared)].sort()).toEqual(REVERSALS.map((one) => one.join(' ')).sort())
  })

  it.each([...REVERSALS, ...OF_THE_WHOLE])(
    '%s has what is contained looked at again, and only on whom it names',
    async (operation, owner) => {
      const { idOf, lookedAt } = await contained()
      const [victim, other] = owner === 'roleName' ? ['deploy', 'other'] : ['ci-build', 'bystander']
      expect(idOf(victim)).not.toBe('none')
      expect(await lookedAt(operation, { [owner]: other })).toEqual([])
      expect(await lookedAt(operation, { [owner]: victim }, 'AccessDenied')).toEqual([])
      expect(await lookedAt(operation, { [owner]: victim })).toEqual([idOf(victim)])
    },
  )

  it('is not one that attaches another policy: an explicit Deny outweighs it', async () => {
    const { lookedAt } = await contained()
    expect(await lookedAt('AttachUserPolicy', { userName: 'ci-build', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })).toEqual([])
  })

  it.each(STEPS.filter(({ calls }) => calls.policyParameter === 'policyName').map((kind) => [kind.kind, kind] as const))(
    'on %s is about the incident that the name of the policy says, whosever policy it is',
    async (_, { owner, calls }) => {
      const { idOf, lookedAt } = await contained()
      const policyName = quarantinePolicyName(idOf('ci-build'))
      const other = owner === 'roleName' ? 'other' : 'bystander'
      expect(await lookedAt(calls.unset, { [owner]: other, policyName })).toEqual([idOf('ci-build')])
      expect(await lookedAt(calls.unset, { [owner]: other, policyName: `${policyName}0` })).toEqual([])
    },
  )

  it('without a name is about the user who calls: IAM takes that one', async () => {
    const { idOf, world } = await contained()
    const before = world.called.length
    await world.respond([call('iam:UpdateAccessKey', { id: 'own', time: NOW + 60_000 })])
    expect(world.called.slice(before)).toEqual([idOf('ci-build')])
  })
})
