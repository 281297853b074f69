import { describe, expect, it } from 'vitest'
import { drill } from '../../local/commands/drill.ts'
import { canaryFor } from '../../local/drill/canary-for.ts'
import type { DrillReport } from '../../local/drill/step.ts'
import { paintFor } from '../../local/render/style.ts'
import { type Simulation, simulatedDrill } from '../../local/synthetic/simulated-drill.ts'
import { IN_CANARY_PATH } from '../../shared/domain/canary.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import type { DrillAccount } from '../../shared/ports/drill.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const MINUTE = 60_000
const paint = paintFor({}, {})
type World = Awaited<ReturnType<typeof simulatedDrill>>

/** Runs a drill in a simulated account; `account` replaces calls of it. */
async function run(
  about: Simulation & {
    isKept?: boolean
    limitMs?: number
    change?: (world: World) => Partial<World>
    goAhead?: (what: string) => Promise<void>
  } = {},
) {
  const { isKept = false, limitMs = 10 * MINUTE, change, goAhead, ...simulation } = about
  const world = await simulatedDrill({ deliveryMs: 5000, ...simulation })
  const said: string[] = []
  const outcome = await drill(
    { ...world, ...change?.(world) },
    {
      isKept,
      limitMs,
      isJson: true,
      paint,
      stop: new AbortController().signal,
      say: (line) => void said.push(line),
      ...(goAhead === undefined ? {} : { goAhead }),
    },
  ).then(
    ({ output, isWhole }) => ({ report: JSON.parse(output) as DrillReport, isWhole, fault: undefined }),
    (fault: Error) => ({ report: undefined, isWhole: false, fault }),
  )
  const users = world.iam.authorizationDetails().UserDetailList.map(({ UserName }) => UserName)
  const drillUser = users.find((name) => name.startsWith('countersign-drill-'))
  const isGone = drillUser === undefined || (await world.account.userAsItIs(drillUser)) === undefined
  const keys = world.iam.authorizationDetails().AccessKeys.map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`)
  const outcomes = Object.fromEntries((outcome.report?.steps ?? []).map((step) => [step.name, step.outcome]))
  return { ...outcome, outcomes, world, said, isGone, keys }
}

const ALL_DONE = {
  used: 'done',
  detected: 'done',
  inactive: 'done',
  contained: 'done',
  told: 'done',
  recorded: 'done',
  released: 'done',
  restored: 'done',
  removed: 'done',
}

describe('a drill', () => {
  it('makes a canary, sees it contained, told and recorded, releases it as it was, and leaves nothing', async () => {
    const { report, outcomes, isWhole, isGone, keys, world, said } = await run()
    expect(outcomes).toEqual(ALL_DONE)
    expect([isWhole, isGone, keys, report?.left]).toEqual([true, true, [], []])
    const times = report?.steps.flatMap(({ atMs }) => atMs ?? []) ?? []
    // The event arrives after five seconds, and the drill looks once a second.
    expect(times[0]).toBe(0)
    expect(times.slice(1).every((at) => at >= 5000 && at <= 7000)).toBe(true)
    const incident = (await world.target.incidents.get(report?.incidentId ?? ''))?.value
    expect(incident).toMatchObject({
      state: 'released',
      decision: { action: 'contain', why: ['confirmed by the use of a canary, which has no work'] },
    })
    const subject = `INCIDENT#${incident?.id}`
    expect(verifyChain(subject, await world.target.record.list(subject))).toBeUndefined()
    expect(JSON.stringify([report, said, world.notices])).not.toContain('embedded-secret')
  })

  it('says to people that it begins, before anything is made, and that it is over', async () => {
    const { world } = await run()
    const titles = world.notices.map(({ title }) => title)
    expect(titles[0]).toMatch(/^A drill begins: the user countersign-drill-[0-9a-f]{12} is a canary of it$/)
    expect(titles.at(-1)).toMatch(/is over: every step that the policy calls for happened$/)
    // The incident itself says nothing of a drill: whoever could make one look like it would be believed.
    const ofIncident = world.notices.filter(({ incidentId }) => incidentId !== 'none')
    expect(ofIncident.length).toBeGreaterThan(0)
    for (const { title, body } of ofIncident)
      expect(`${title}\n${body}`.replaceAll('countersign-drill-', '')).not.toMatch(/\bdrill begins|\bis a drill/)
  })

  it.each(['observe', 'ask'] as const)('in mode %s measures detection, says what would be done, and misses nothing', async (mode) => {
    const { outcomes, isWhole, report, isGone } = await run({ policy: { mode } })
    expect(outcomes).toMatchObject({
      detected: 'done',
      inactive: 'not-called-for',
      contained: 'not-called-for',
      released: 'done',
      restored: 'done',
    })
    expect(outcomes.told).toBe(mode === 'observe' ? 'not-called-for' : 'done')
    expect(report?.steps.find(({ name }) => name === 'contained')?.note).toBe(`mode ${mode} calls for ${mode}; it would contain`)
    expect([isWhole, isGone]).toEqual([true, true])
  })

  it('in mode restrict sees the restriction, and that the key stays on', async () => {
    const { outcomes, isWhole, isGone } = await run({ policy: { mode: 'restrict' } })
    expect(outcomes).toEqual({ ...ALL_DONE, inactive: 'not-called-for' })
    expect([isWhole, isGone]).toEqual([true, true])
  })

  it('is contained in a stack that only observes others, where a tier says so', async () => {
    const { outcomes } = await run({
      policy: { mode: 'observe', tiers: [{ name: 'canaries', match: { arns: [IN_CANARY_PATH] }, mode: 'contain' }] },
    })
    expect(outcomes).toEqual(ALL_DONE)
  })

  it('fails where no event arrives in time, and removes the user all the same', async () => {
    const { outcomes, isWhole, isGone, world } = await run({ deliveryMs: 20 * MINUTE })
    expect(outcomes).toMatchObject({ used: 'done', detected: 'missed', contained: 'missed', released: 'missed', removed: 'done' })
    expect([isWhole, isGone]).toEqual([false, true])
    expect(world.notices.at(-1)?.title).toContain('not in time: detected, inactive, contained')
  })

  it('fails where the breaker lets nothing be contained, with the reason', async () => {
    const { outcomes, report, isWhole, isGone } = await run({ policy: { breaker: { containmentsPerHour: 0 } } })
    expect(outcomes).toMatchObject({ detected: 'done', inactive: 'missed', contained: 'missed', released: 'done', removed: 'done' })
    expect(report?.steps.find(({ name }) => name === 'contained')?.note).toContain('breaker')
    expect([isWhole, isGone]).toEqual([false, true])
  })

  it('waits for a second person where the policy wants one, and says which command is theirs; without one it leaves the user contained, and says so', async () => {
    const { outcomes, report, isWhole, said, keys } = await run({ policy: { fourEyes: [{ verdicts: ['legitimate'] }] }, limitMs: MINUTE })
    expect(outcomes).toMatchObject({ contained: 'done', released: 'missed', restored: 'missed', removed: 'missed' })
    expect(said.find((line) => line.includes('second person'))).toMatch(/release inc-[0-9a-f]+/)
    expect(report?.left).toEqual([
      expect.stringMatching(/^the user countersign-drill-\w+ \(a policy or a key is on it.*aws iam delete-user/),
    ])
    expect([isWhole, keys]).toEqual([false, []])
  })

  it('keeps its user and key where it is told so, and says how to remove them', async () => {
    const { outcomes, report, isWhole, isGone, keys } = await run({ isKept: true })
    expect(outcomes).toEqual({ ...ALL_DONE, removed: 'not-called-for' })
    expect([isWhole, isGone, keys]).toEqual([true, false, [expect.stringMatching(/ Active$/)]])
    expect(report?.left).toHaveLength(2)
  })

  it('makes nothing where the person says no', async () => {
    const asked: string[] = []
    const { fault, world, keys } = await run({
      goAhead: async (what) => {
        asked.push(what)
        throw new Error('declined')
      },
    })
    expect([fault?.message, keys, world.notices]).toEqual(['declined', [], []])
    expect(asked[0]).toMatch(/removes {2}the key and the user countersign-drill-[0-9a-f]{12}, and nothing else/)
  })

  it.each([1, 4, 9])('removes what it has made where it is interrupted after %s looks', async (looks) => {
    const stopping = new AbortController()
    const { fault, isGone, keys, world } = await run({
      stop: stopping.signal,
      limitMs: 2 * MINUTE,
      change: ({ time }) => {
        let waited = 0
        return {
          time: {
            ...time,
            async wait(ms) {
              waited += 1
              if (waited === looks) stopping.abort()
              await time.wait(ms)
            },
          },
        }
      },
      ...(looks === 9 ? { policy: { fourEyes: [{ verdicts: ['legitimate'] }] } } : {}),
    })
    if (looks === 9) expect(keys).toEqual([])
    else expect([isGone, keys]).toEqual([true, []])
    expect(fault?.message).toBe('the drill was interrupted')
    expect(world.notices.at(-1)?.title).toContain('it broke off')
  })

  it('uses a new key again until AWS knows it: an attempt before that is no use of it', async () => {
    const { report, outcomes } = await run({
      change: ({ account }) => {
        let attempts = 0
        const callsWith: DrillAccount['callsWith'] = (key) => {
          const [first, ...others] = account.callsWith(key)
          return [{ ...first, make: async () => (++attempts < 4 ? 'key-unknown' : first.make()) }, ...others]
        }
        return { account: { ...account, callsWith } }
      },
    })
    expect(outcomes).toEqual(ALL_DONE)
    expect(report?.steps[0]?.atMs).toBe(0)
  })

  /** Each call of the account, and the verdict, by its name and how often it worked before. */
  const FAULTS = (['createUser', 'createKey', 'userAsItIs', 'deleteKey', 'deleteUser', 'review'] as const).flatMap((name) =>
    [0, 1, 3].map((worked) => ({ name, worked })),
  )

  it.each(FAULTS)('leaves nothing that it does not name where $name fails after $worked times', async ({ name, worked }) => {
    let calls = 0
    const failing = <T extends object>(of: T): T =>
      new Proxy(of, {
        get(it, key) {
          const value = Reflect.get(it, key)
          if (key !== name) return value
          return (...words: unknown[]) => {
            calls += 1
            return calls === worked + 1 ? Promise.reject(new Error('not now')) : (value as (...all: unknown[]) => unknown)(...words)
          }
        },
      })
    const { isGone, keys, said, fault, isWhole, outcomes } = await run({
      limitMs: MINUTE,
      change: ({ account, target }) => ({ account: failing(account), target: failing(target) }),
    })
    const left = said.filter((line) => line.startsWith('Left in the account:')).join('\n')
    if (calls <= worked) expect(outcomes).toEqual(ALL_DONE)
    else expect(fault !== undefined || !isWhole).toBe(true)
    if (!isGone) expect(left).toContain('the user countersign-drill-')
    for (const key of keys) expect(left).toContain(key.split(' ')[0])
  })
})

describe('a drill is refused before anything is made', () => {
  const account = { arnOf: (path: string, name: string) => `arn:aws:iam::123456789012:user${path}${name}` }
  const plan = (policy: object) =>
    canaryFor(parsePolicy({ version: 3, mode: 'contain', ...policy }), account, {
      caller: 'arn:aws:iam::123456789012:user/you',
      random: 'ab12',
      now: 0,
    })

  it('where the policy says that its user is no canary, is protected, or that the caller may not release it', () => {
    expect(() => plan({ canaries: { users: [] } })).toThrow(/declares no canaries in \/countersign-canary\//)
    expect(() => plan({ protected: { arns: ['arn:aws:iam::*:user/*'] } })).toThrow(/would never be contained, protected by ARN/)
    expect(() => plan({ approvers: ['arn:aws:iam::123456789012:user/lead'] })).toThrow(/not among the policy's approvers/)
    expect(plan({})).toMatchObject({
      mode: 'contain',
      needsSecond: false,
      arn: account.arnOf('/countersign-canary/', 'countersign-drill-ab12'),
    })
  })
})
