import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { changingAccount } from '../changing-account.ts'
import { ACCOUNT, arnOf, call, embedded, NOW, oneUser } from '../embedded.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

const user = { type: 'IAMUser', arn: arnOf('ci-build'), accountId: ACCOUNT, userName: 'ci-build', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
const federated = { type: 'FederatedUser', arn: `arn:aws:sts::${ACCOUNT}:federated-user/anna`, accountId: ACCOUNT }

/** Who creates users, as CloudTrail names them, and whether the log says that all these calls are one caller's. */
const CALLERS = [
  { name: 'a user', userIdentity: user, isOne: true },
  { name: 'root with a key', userIdentity: { type: 'Root', accountId: ACCOUNT, accessKeyId: 'AKIAROOTROOTROOTROOT' }, isOne: true },
  { name: 'root without a key', userIdentity: { type: 'Root', accountId: ACCOUNT }, isOne: true },
  { name: 'a federated user', userIdentity: { ...federated, accessKeyId: 'ASIAFEDERATED0000001' }, isOne: true },
  { name: 'a web identity', userIdentity: { type: 'WebIdentityUser', principalId: 'accounts.example.com:app:anna' }, isOne: true },
  { name: 'a caller without identity', userIdentity: null, isOne: false },
  { name: 'a service', userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }, isOne: false },
] as const

/** What happens to the user next, and how long after what came before; when its event is delivered, after it happened. Milliseconds. */
const step = fc.record({
  gap: fc.constantFrom(2 * SECOND, 30 * SECOND, 7 * MINUTE, 40 * MINUTE),
  delay: fc.constantFrom(SECOND, 20 * SECOND, 3 * MINUTE),
})

const cases = fc.record({
  caller: fc.constantFrom(...CALLERS),
  tier: fc.constantFrom('contain', 'ask', 'observe'),
  /** Deletions and creations in turn, after the first creation. */
  steps: fc.array(step, { maxLength: 6 }),
})

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never

/** Things to do at their times, in order. What is added meanwhile is done as well. */
function timeline() {
  const due: { at: number; act: () => unknown }[] = []
  return {
    add: (at: number, act: () => unknown) => due.push({ at, act }),
    async run(setNow: (time: number) => void) {
      let now = NOW
      while (due.length > 0) {
        due.sort((a, b) => a.at - b.at)
        const next = due.shift()
        if (next === undefined) break
        now = Math.max(now, next.at)
        setNow(now)
        await next.act()
      }
    },
  }
}

async function play({ caller, tier, steps }: Case) {
  const account = changingAccount(oneUser())
  const tiers = [{ name: 'issued', match: { arns: [arnOf('backdoor')] }, mode: tier }]
  const world = await embedded({ iam: () => account.iam, policy: { tiers } })
  const { add, run } = timeline()
  const verifyLater = async (id: string, seconds: readonly number[]) => {
    for (const after of seconds) add(world.ports.clock.now() + after * SECOND, () => enforce(id, world.ports))
  }
  Object.assign(world.ports, { reverifyQueue: { verifyLater } })
  const by = (record: object) => ({ ...record, userIdentity: caller.userIdentity, recipientAccountId: ACCOUNT })
  let at = NOW
  let calls = 0
  const happens = (action: string, act: () => void, parts: { request?: object; response?: object; delay?: number } = {}) => {
    calls += 1
    const { delay = SECOND, ...rest } = parts
    const record = by(call(action, { id: `c${calls}`, time: at, ...rest }))
    add(at, act)
    add(at + delay, () => world.respond([record]))
  }
  const creates = (delay?: number) => {
    const time = at
    const made = { request: { userName: 'backdoor' }, response: { user: { arn: arnOf('backdoor') } } }
    happens('iam:CreateUser', () => account.createUser('backdoor', time), { ...made, ...(delay === undefined ? {} : { delay }) })
  }
  creates()
  at += SECOND
  const admin = { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
  happens('iam:AttachUserPolicy', () => {}, { request: admin })
  at += SECOND
  happens('cloudtrail:StopLogging', () => {})
  for (const [index, { gap, delay }] of steps.entries()) {
    at += gap
    const request = { userName: 'backdoor' }
    if (index % 2 === 0) happens('iam:DeleteUser', () => account.deleteUser('backdoor'), { request, delay })
    else creates(delay)
  }
  await run(world.setNow)
  return { world, account, incidents: await world.incidents() }
}

describe('whoever deletes what it created and creates it again', () => {
  it('is never called contained while that is usable, and where the log names the caller it is denied everything', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { account, incidents } = await play(one)
        const isFree = account.hasUser('backdoor') && !account.isRefused('backdoor')
        if (isFree) expect(incidents.map(({ state }) => state)).not.toContain('contained')
        if (one.caller.isOne) expect(isFree, `${one.caller.name}, tier ${one.tier}`).toBe(false)
      }),
      { numRuns: 150 },
    )
  })
})
