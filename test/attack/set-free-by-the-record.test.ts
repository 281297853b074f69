import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { DENY_ALL, quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { append, headOf, incidentSubject } from '../../shared/record/append.ts'
import { ATTACK, arnOf, embedded, KEY, NOW, oneUser } from '../embedded.ts'

const MINUTE = 60_000
const EVERYTHING = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })
const ID = 'AIDACIBUILDEXAMPLE123'
const FORGED_ID = 'AIDAFORGEDEXAMPLE1234'
const RENAMED = [{ from: 'ci-build', to: 'nobody', arn: arnOf('nobody'), time: NOW + 1000 }]

/** User `ci-build`, contained; and what somebody with the role of `respond` may write: the incident, and entries of its chain. */
async function contained() {
  const details = oneUser()
  const UserDetailList = details.UserDetailList?.map((user) => ({
    ...user,
    UserId: user.UserName === 'ci-build' ? ID : 'AIDABYSTANDER12345678',
  }))
  const world = await embedded({ account: { ...details, UserDetailList }, policy: { breaker: { maxUserFraction: 1 } } })
  await world.respond(
    ATTACK.map((record) => ({ ...record, userIdentity: { ...(record as { userIdentity: object }).userIdentity, principalId: ID } })),
  )
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('nothing was contained')
  const policiesOf = (name: string) =>
    world.account
      .authorizationDetails()
      .UserDetailList.find(({ UserName }) => UserName === name)
      ?.UserPolicyList.map(({ PolicyDocument }) => PolicyDocument)
  return {
    ...world,
    incident,
    policiesOf,
    async forge(parts: Partial<Incident>) {
      const stored = await world.ports.incidents.get(incident.id)
      if (stored === undefined) throw new Error('the incident is gone')
      await world.ports.incidents.save({ ...stored.value, ...parts }, stored.version)
    },
    /** Says in the chain that something else stood there before. */
    async plan(id: string, userName: string) {
      const target = `user-policy:${userName}/${quarantinePolicyName(id)}`
      const entry = { at: new Date(NOW).toISOString(), actor: 'countersign:contain', kind: 'step-planned', target } as const
      return append(world.ports.record, incidentSubject(id), { ...entry, from: EVERYTHING, to: DENY_ALL, why: 'forged' })
    },
    async looks(id = incident.id) {
      for (const minutes of [1, 10]) {
        world.setNow(NOW + minutes * MINUTE)
        await enforce(id, world.ports)
      }
    },
    isThiefOut: () => world.account.isRefused('ci-build') && world.account.isRefused('ci-build', KEY),
  }
}

describe('an intruder with the role of respond has contain set somebody free, or give rights, without an order of a person', () => {
  const FORGERIES: readonly (readonly [string, Partial<Incident>])[] = [
    ['another one acted, by its unique id', {}],
    ['the user was renamed', { renames: RENAMED }],
    ['it was renamed, and no key of it is known', { renames: RENAMED, credentials: [] }],
    ['it was renamed, and the incident is confirmed', { renames: RENAMED, credentials: [], state: 'confirmed' }],
    ['it was renamed, and the incident asks', { renames: RENAMED, credentials: [], state: 'asking' }],
    ['it was renamed, and the incident is only watched', { renames: RENAMED, credentials: [], state: 'watching' }],
  ]

  it.each(FORGERIES.flatMap(([what, parts]) => [false, true].map((isPlanned) => [what, isPlanned, parts] as const)))(
    '%s, with another value from before: %j: the user stays denied, and is given nothing',
    async (what, isPlanned, parts) => {
      const world = await contained()
      expect(world.isThiefOut()).toBe(true)
      if (isPlanned) await world.plan(world.incident.id, 'ci-build')
      const { identity } = world.incident
      await world.forge(what.includes('unique id') ? { identity: { ...identity, principalId: FORGED_ID } } : parts)
      await world.looks()
      expect([world.isThiefOut(), world.policiesOf('ci-build')]).toEqual([true, [DENY_ALL]])
    },
  )

  it('an incident about a bystander is forged, with a step that was never applied: the bystander is given nothing', async () => {
    const world = await contained()
    const id = 'inc-0123456789ab'
    const head = headOf(await world.plan(id, 'bystander'))
    const identity = { ...world.incident.identity, id: arnOf('bystander'), name: 'bystander', principalId: FORGED_ID }
    await world.ports.incidents.save({ ...world.incident, id, identity, credentials: [], lineage: [], head }, 0)
    await world.looks(id)
    expect(world.policiesOf('bystander')).not.toContain(EVERYTHING)
  })
})
