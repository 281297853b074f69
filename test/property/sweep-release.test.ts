import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { IncidentEvent } from '../../shared/domain/incident-event.ts'
import { moved } from '../../shared/domain/incident-machine.ts'
import type { Verdict } from '../../shared/domain/verdict.ts'
import { lastOrderOfPerson, orderSubject } from '../../shared/record/orders.ts'
import { review } from '../../shared/review/review.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { incidentOf } from '../contract/samples.ts'
import { ATTACK, arnOf, call, embedded, KEY, NOW } from '../embedded.ts'

const HOUR = 3_600_000
const AT = new Date(NOW).toISOString()
const verdict = (kind: Verdict['kind'], by: string): Verdict => ({ kind, by, reason: 'r', at: AT })

describe('the incident machine, walked at random', () => {
  const decision = (action: 'ask' | 'contain') => ({ action, would: 'contain', tier: 'default', mode: 'contain', why: [] }) as const
  /** What may happen between two sweeps; `unanswered` is added with what the record would say by then. */
  const events = fc.constantFrom<IncidentEvent>(
    { kind: 'decided', decision: decision('ask'), signalId: 'e', time: NOW },
    { kind: 'decided', decision: decision('contain'), signalId: 'e', time: NOW },
    { kind: 'grew' },
    { kind: 'approved', edgeId: 'x' },
    { kind: 'ordered' },
    { kind: 'extended', until: NOW },
    { kind: 'legitimate', verdict: verdict('legitimate', 'local:anna') },
    { kind: 'compromised', verdict: verdict('compromised', 'local:anna'), isRotating: true },
    { kind: 'contained', at: NOW, remarks: [] },
    { kind: 'not-contained', at: NOW, why: ['w'] },
    { kind: 'not-released', at: NOW, why: ['w'] },
  )
  const sweeps = fc.record({ sweep: fc.boolean(), isContained: fc.boolean() })

  it('never lets the sweep release what is to be kept, unless the last word was a release that failed', () => {
    let released = 0
    fc.assert(
      fc.property(
        fc.constantFrom('watching', 'asking', 'containing'),
        fc.array(fc.tuple(events, sweeps), { maxLength: 30 }),
        (state, walk) => {
          let incident: Incident = { ...incidentOf('inc-0123456789ab'), state, decision: decision('ask') }
          /** What happened last of all that begins or ends a containment or a release. */
          let last = 'opened'
          for (const [event, { sweep: isSwept, isContained }] of walk) {
            const next = moved(incident, event)
            if (next !== undefined && next.state !== incident.state) last = `${event.kind} to ${next.state}`
            incident = next ?? incident
            if (!isSwept) continue
            // Whoever forges what the record says finds that the machine asks for the verdict as well.
            for (const isReleaseUnfinished of [false, true]) {
              const about = { kind: 'unanswered', verdict: verdict('compromised', 'countersign:sweep'), isReleaseUnfinished } as const
              const after = moved(incident, { ...about, onExpiry: 'keep', isContained })
              if (after?.state !== 'releasing') continue
              released += 1
              expect([isReleaseUnfinished, last]).toEqual([true, 'not-released to asking'])
            }
          }
        },
      ),
      { numRuns: 5000 },
    )
    expect(released).toBeGreaterThan(0)
  })
})

describe('an incident that people, an intruder and the sweep move at random', () => {
  const MOVES = [
    'release',
    'contain',
    'confirm',
    'extend',
    'evidence',
    'tamper',
    'repair',
    'enforce',
    'verdict',
    'times',
    'releasing',
  ] as const
  const hours = fc.constantFrom(0.5, 1.1, 30, 168, 170, 400)
  const walks = fc.array(fc.tuple(fc.constantFrom(...MOVES), fc.array(hours, { maxLength: 3 })), { minLength: 1, maxLength: 8 })

  /** Walks, and answers every release that began while the sweep ran. */
  async function walked(walk: readonly (readonly [(typeof MOVES)[number], readonly number[]])[], onExpiry: 'keep' | 'release') {
    const world = await embedded({ policy: { review: { onExpiry } } })
    await world.respond(ATTACK)
    const [{ id } = { id: 'none' }] = await world.incidents()
    const ports = { ...world.ports, backfillQueue: { backfill: async () => {} }, rotateInvoker: undefined }
    const policyName = quarantinePolicyName(id)
    const deny = await world.account.getUserPolicy('ci-build', policyName)
    let [time, count] = [NOW, 0]
    const stored = async () => {
      const found = await ports.incidents.get(id)
      if (found === undefined) throw new Error('no incident')
      return found
    }
    const forge = async (parts: Partial<Incident>) => {
      const { value, version } = await stored()
      await ports.incidents.save({ ...value, ...parts }, version)
    }
    const say = (kind: 'legitimate' | 'contain' | 'compromised' | 'extend') =>
      review(id, { kind, by: arnOf('alice'), reason: 'r' }, ports).catch(() => undefined)
    const forged = verdict('legitimate', 'nobody')
    const isClosed = async () => ['released', 'confirmed', 'expired'].includes((await stored()).value.state)
    const acts: Record<(typeof MOVES)[number], () => Promise<unknown>> = {
      release: () => say('legitimate'),
      contain: () => say('contain'),
      confirm: () => say('compromised'),
      extend: () => say('extend'),
      evidence: () =>
        world.respond([
          call('guardduty:DeleteDetector', { id: `g${count}`, time }),
          call('iam:CreateUser', { id: `u${count}`, time, request: { userName: `b${count}` } }),
        ]),
      tamper: () => world.account.putUserPolicy('ci-build', policyName, '{"Version":"2012-10-17","Statement":[]}'),
      repair: () => world.account.putUserPolicy('ci-build', policyName, deny ?? '{}'),
      enforce: () => enforce(id, ports),
      verdict: () => forge({ verdict: forged }),
      times: async () =>
        forge({ containedAt: 1, updatedAt: 1, escalatedAt: 1, pagedAt: 1, decidedBy: { ...(await stored()).value.decidedBy, time: 1 } }),
      releasing: () => forge({ state: 'releasing', verdict: forged }),
    }
    const releases: { word: unknown; pages: number }[] = []
    for (const [move, sweeps] of walk) {
      if (await isClosed()) break
      count += 1
      await acts[move]()
      // What was forged, contain looks at before the sweep does.
      if (move === 'releasing') await enforce(id, ports)
      for (const later of sweeps) {
        const before = await stored()
        if (await isClosed()) break
        const ordersBefore = await ports.record.list(orderSubject(id))
        time += later * HOUR
        world.setNow(time)
        await sweep(ports)
        const orders = await ports.record.list(orderSubject(id))
        const isOrdered = orders.slice(ordersBefore.length).some(({ kind, to }) => kind === 'order' && to === 'release')
        const isFree =
          before.value.state !== 'releasing' && (await stored()).value.state === 'released' && !world.account.isRefused('ci-build', KEY)
        if (isOrdered || isFree) releases.push({ word: lastOrderOfPerson(orders)?.to, pages: world.pages.length })
      }
    }
    return releases
  }

  it('is given back by the sweep only where the last word of a person was a release, and never before somebody was paged', async () => {
    let count = 0
    await fc.assert(
      fc.asyncProperty(walks, async (walk) => {
        for (const { word, pages } of await walked(walk, 'keep')) {
          count += 1
          expect(word).toBe('release')
          expect(pages).toBeGreaterThan(0)
        }
      }),
      {
        numRuns: 150,
        examples: [
          [
            [
              ['tamper', []],
              ['release', [1.1, 170]],
              ['enforce', [170]],
            ],
          ],
        ],
      },
    )
    expect(count).toBeGreaterThan(0)
  })

  it('is given back where the policy says so, and never before somebody was paged', async () => {
    let count = 0
    await fc.assert(
      fc.asyncProperty(walks, async (walk) => {
        for (const { pages } of await walked(walk, 'release')) {
          count += 1
          expect(pages).toBeGreaterThan(0)
        }
      }),
      { numRuns: 60 },
    )
    expect(count).toBeGreaterThan(0)
  })
})
