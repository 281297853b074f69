import { describe, expect, it } from 'vitest'
import { restrictionIn } from '../../shared/contain/restriction-document.ts'
import { restrictsMore } from '../../shared/contain/restricts-more.ts'
import { isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import { Restriction } from '../../shared/domain/restriction.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { arnOf, call, NOW } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A job that makes snapshots and deletes three old ones each morning, for twelve days. */
async function known() {
  const world = await deployed({ policy: { version: 3, evidence: {} } })
  const respond = async (...records: object[]) => {
    for (const record of records) {
      world.setNow(Date.parse((record as { eventTime: string }).eventTime) + 1000)
      expect([...(await world.respond([delivered(record)])).failed.values()]).toEqual([])
    }
  }
  for (let day = 12; day > 0; day--)
    for (let n = 0; n < 3; n++)
      await respond(
        call('ec2:CreateSnapshot', { id: `make-${day}-${n}`, time: NOW - day * DAY + n * 60_000 }),
        deletion(NOW - day * DAY + (n + 10) * 60_000, `${day}-${n}`),
      )
  const policy = () => {
    const [standing] =
      world.account.authorizationDetails().UserDetailList.find(({ UserName }) => UserName === 'ci-build')?.UserPolicyList ?? []
    return standing === undefined ? undefined : String(standing.PolicyDocument)
  }
  const states = async () => (await world.incidents()).map(({ state, identity }) => [identity.id, state])
  return { ...world, respond, policy, states }
}

const deletion = (time: number, what: string) =>
  call('ec2:DeleteSnapshot', { id: `delete-${what}`, time, request: { snapshotId: `snap-${what}` } })

const signalOf = (record: object) => (normalise(record) as unknown as { signals: Signal[] }).signals[0] as Signal
const flood = (at: number, many: number) => Array.from({ length: many }, (_, n) => deletion(at + n * 20_000, `flood-${at}-${n}`))

describe('an intruder on the runner of a job that deletes by habit', () => {
  it('is braked where it deletes five times as many in an hour: its habit too is refused for an hour, and a person asked', async () => {
    const { respond, states, policy, incidents } = await known()
    await respond(...flood(NOW, 15))
    expect(await states()).toEqual([[arnOf('ci-build'), 'restricted']])
    const document = JSON.parse(policy() as string)
    const refusedAt = (time: number) => isRefusedBy(document, signalOf(deletion(time, 'later')))
    expect([NOW + 6 * 60_000, NOW + 50 * 60_000].map(refusedAt)).toEqual([true, true])
    expect([NOW + 66 * 60_000, NOW + DAY].map(refusedAt)).toEqual([false, false])
    const [incident] = await incidents()
    expect(incident?.findings.map(({ detector }) => detector)).toContain('data-deleted-above-rate')
  })

  it('goes on with the rest of its work meanwhile', async () => {
    const { respond, policy } = await known()
    await respond(...flood(NOW, 15))
    const making = signalOf(call('ec2:CreateSnapshot', { id: 'make', time: NOW + 10 * 60_000 }))
    expect(isRefusedBy(JSON.parse(policy() as string), making)).toBe(false)
  })

  it('is not braked on a busy day, with three times as many', async () => {
    const { respond, states } = await known()
    await respond(...flood(NOW, 9))
    expect(await states()).toEqual([])
  })

  it('is braked again where it goes on when the hour has passed', async () => {
    const { respond, policy } = await known()
    await respond(...flood(NOW, 15))
    const first = restrictionIn(policy() as string)?.brake?.until as number
    await respond(...flood(NOW + 2 * HOUR, 15))
    expect(restrictionIn(policy() as string)?.brake?.until).toBeGreaterThan(first + HOUR)
  })

  it('writes no policy for each call of the flood', async () => {
    const { respond, ports, incidents } = await known()
    await respond(...flood(NOW, 30))
    const [incident] = await incidents()
    const planned = (await ports.record.list(`INCIDENT#${incident?.id}`)).filter(({ kind }) => kind === 'step-planned')
    expect(planned.length).toBeLessThanOrEqual(1)
  })
})

describe('a restriction with a brake', () => {
  it.each([['deletion'], ['sharing'], ['deletion', 'sharing']] as const)(
    '%s %s is read back as it was written, and is less without it',
    async (...groups) => {
      const { respond, policy } = await known()
      await respond(...flood(NOW, 15))
      const document = policy() as string
      const read = restrictionIn(document)
      expect(read?.brake?.groups).toEqual(['deletion'])
      const without = JSON.stringify({
        ...JSON.parse(document),
        Statement: JSON.parse(document).Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'Brake'),
      })
      expect([restrictsMore(document, without), restrictsMore(without, document)]).toEqual([true, false])
      expect(Restriction.safeParse({ ...read, actions: [], brake: { groups, until: NOW } }).success).toBe(true)
    },
  )

  it.each([
    ['no group', { groups: [], until: NOW }],
    ['a group that is none', { groups: ['grants'], until: NOW }],
    ['no time', { groups: ['deletion'] }],
    ['a part of a second', { groups: ['deletion'], until: NOW + 1 }],
  ])('is refused with %s', (_, brake) => {
    const empty = { services: [], actions: [], addresses: [], endpoints: [], sessions: [], isCovered: false, isFenced: false }
    expect(Restriction.safeParse(empty).success).toBe(true)
    expect(Restriction.safeParse({ ...empty, brake }).success).toBe(false)
  })
})
