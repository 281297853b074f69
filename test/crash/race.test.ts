import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { memoryIam } from '../../shared/memory/iam.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { review } from '../../shared/review/review.ts'
import { arnOf, call, embedded, exposed, KEY, NOW, QUARANTINE_ARN } from '../embedded.ts'

const SECOND = 1000

/** How long IAM's reads, and what it enforces, lag behind its writes. */
const LAG_MS = 4 * SECOND

/** CloudTrail brings a call to EventBridge after this long, at the fastest. */
const TRAIL_MS = 6 * SECOND

const account = () =>
  AuthorizationDetails.parse({
    UserDetailList: ['ci-build', 'second'].map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
    AccessKeys: [
      { UserName: 'ci-build', AccessKeyId: KEY, Status: 'Active' },
      { UserName: 'second', AccessKeyId: 'AKIASECOND0000000001', Status: 'Active' },
    ],
  })

/** Calls of the intruder: what each takes back, as a second after the containment and a kind. */
type Move = { readonly at: number; readonly kind: 'policy' | 'key' | 'boundary' }

/** The responder over an IAM that lags, on a clock that jumps from one event to the next. */
async function race(moves: readonly Move[], by: 'its own key' | 'a second administrator') {
  const truth = memoryIam(account())
  const past: { readonly at: number; readonly picture: AuthorizationDetails }[] = [{ at: 0, picture: truth.authorizationDetails() }]
  let now = NOW
  const lagged = () => memoryIam(past.findLast(({ at }) => at <= now - LAG_MS)?.picture ?? account())
  const reads = new Set(['listAccessKeys', 'getUserPolicy', 'isAttached', 'boundaryOf', 'listSwitches', 'getRolePolicy'])
  const iam = Object.fromEntries(
    Object.entries(truth).map(([name, verb]) => [
      name,
      async (...words: unknown[]) => {
        if (reads.has(name)) return (lagged() as unknown as Record<string, (...all: unknown[]) => unknown>)[name]?.(...words)
        const answer = await (verb as (...all: unknown[]) => unknown)(...words)
        past.push({ at: now, picture: truth.authorizationDetails() })
        return answer
      },
    ]),
  ) as unknown as Iam
  const inner = await embedded({ account: account(), callsContain: false })
  const queue: { at: number; run: () => Promise<unknown> }[] = []
  const later = (at: number, run: () => Promise<unknown>) => queue.push({ at, run })
  const ports = {
    ...inner.ports,
    iam,
    clock: { now: () => now },
    reverifyQueue: {
      async verifyLater(id: string) {
        for (const seconds of [5, 15, 60]) later(now + seconds * SECOND, () => enforce(id, ports))
      },
    },
    containInvoker: { contain: async (id: string) => void later(now + 300, () => enforce(id, ports)) },
  }
  const respond = pipeline(ports)
  later(NOW, () => respond([exposed()]))
  /** What it changed late enough to be told from a read that lags behind the first write. */
  let lasting = 0
  for (const [number, { at, kind }] of moves.entries()) {
    later(NOW + at * SECOND, async () => {
      const [incident] = await inner.incidents()
      const isStopped = by === 'its own key' && lagged().isRefused('ci-build', KEY)
      if (incident === undefined || isStopped) return
      const policyName = quarantinePolicyName(incident.id)
      const before = JSON.stringify(truth.authorizationDetails())
      if (kind === 'policy') await truth.deleteUserPolicy('ci-build', policyName)
      if (kind === 'key') await truth.setAccessKeyStatus('ci-build', KEY, 'Active')
      if (kind === 'boundary') await truth.setBoundary('ci-build', undefined)
      past.push({ at: now, picture: truth.authorizationDetails() })
      if (at > 20 && JSON.stringify(truth.authorizationDetails()) !== before) lasting += 1
      const user = by === 'its own key' ? { key: KEY } : { user: 'second', key: 'AKIASECOND0000000001' }
      const seen = call('iam:DeleteUserPolicy', { id: `m${number}`, time: now, request: { userName: 'ci-build', policyName }, ...user })
      later(now + TRAIL_MS, () => respond([seen]))
    })
  }
  for (let turns = 0; queue.length > 0 && turns < 2000; turns++) {
    queue.sort((a, b) => a.at - b.at)
    const next = queue.shift() as { at: number; run: () => Promise<unknown> }
    now = Math.max(now, next.at)
    await next.run()
  }
  expect(queue).toEqual([])
  const [incident] = await inner.incidents()
  const id = incident?.id ?? ''
  const chain = await inner.ports.record.list(incidentSubject(id))
  return { truth, incident, chain, lasting, id, ports, setNow: (time: number) => (now = time), inner }
}

const moves = (kinds: Move['kind'][]) =>
  fc.array(fc.record({ at: fc.integer({ min: 1, max: 120 }), kind: fc.constantFrom(...kinds) }), { minLength: 1, maxLength: 25 })

describe('an intruder who undoes the containment while it runs', () => {
  it('with the contained key itself, is stopped within the lag of IAM', async () => {
    await fc.assert(
      fc.asyncProperty(moves(['policy', 'key']), async (all) => {
        const { truth, incident } = await race(all, 'its own key')
        expect(incident?.state).toBe('contained')
        expect(truth.isRefused('ci-build')).toBe(true)
        expect(truth.isRefused('ci-build', KEY)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('as another administrator, loses: the end is contained, every reversal that lasted is in the record, and all is given back', async () => {
    await fc.assert(
      fc.asyncProperty(moves(['policy', 'key', 'boundary']), async (all) => {
        const of = await race(all, 'a second administrator')
        expect(of.incident?.state).toBe('contained')
        expect(of.truth.isRefused('ci-build')).toBe(true)
        expect(of.truth.isRefused('ci-build', KEY)).toBe(true)
        const recorded = of.chain.filter(({ kind }) => kind === 'step-reversed').length
        if (of.lasting > 0) expect(recorded).toBeGreaterThan(0)
        expect(recorded).toBeLessThanOrEqual(all.length * 3)
        expect(verifyChain(incidentSubject(of.id), of.chain, of.incident?.head)).toBeUndefined()
        of.setNow(NOW + 3_600_000)
        await review(
          of.id,
          { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' },
          { ...of.ports, containInvoker: { contain: (id) => enforce(id, of.ports) } },
        )
        expect(of.truth.authorizationDetails()).toEqual(account())
      }),
      {
        numRuns: 60,
        examples: [
          [
            [
              { at: 1, kind: 'policy' },
              { at: 21, kind: 'boundary' },
            ],
          ],
        ],
      },
    )
  })

  it('meets a boundary where the deny is taken away a third time', async () => {
    const { truth } = await race(
      [
        { at: 20, kind: 'policy' },
        { at: 60, kind: 'policy' },
        { at: 110, kind: 'policy' },
      ],
      'a second administrator',
    )
    expect(await truth.boundaryOf('ci-build')).toBe(QUARANTINE_ARN)
  })
})
