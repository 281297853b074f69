import { describe, expect, it } from 'vitest'
import { backoffMs } from '../../shared/domain/backoff.ts'
import { ResponderError } from '../../shared/errors.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { RespondPorts } from '../../shared/ports/respond.ts'
import { arnOf, call, embedded, NOW } from '../embedded.ts'

/** A stack whose states another responder writes `lost` times between our reading and our writing. An attempt takes `tookMs`, a wait takes what it says. */
async function contended(lost: number, { tookMs = 100, random = 1 }: { tookMs?: number; random?: number } = {}) {
  const world = await embedded({ callsContain: false })
  const waits: number[] = []
  const timeline: string[] = []
  let now = NOW
  let left = lost
  const { identities, incidents } = world.ports
  const ports: RespondPorts = {
    ...world.ports,
    identities: {
      ...identities,
      async versions(ids) {
        now += tookMs
        return identities.versions(ids)
      },
      async saveState(state, version) {
        if (left-- > 0) return false
        return identities.saveState(state, version)
      },
    },
    incidents: {
      ...incidents,
      addSignal(id, signal) {
        timeline.push(signal.id)
        return incidents.addSignal(id, signal)
      },
    },
    clock: { now: () => now },
    pause: {
      random: () => random,
      async wait(ms) {
        waits.push(ms)
        now += ms
      },
    },
  }
  return { ports, waits, timeline, respond: pipeline(ports), until: (ms: number) => () => NOW + ms - now }
}

const harmless = call('s3:PutBucketTagging', { id: 'c1' })
const evidence = call('cloudtrail:StopLogging', { id: 'e1' })

describe('a state that another responder wrote meanwhile', () => {
  it('is evaluated and written again after waits whose limit doubles, from half the time of an attempt up to two seconds', async () => {
    const { respond, waits } = await contended(8)
    const { failed, contended: lost } = await respond([harmless])
    expect([failed, lost]).toEqual([new Map(), new Set()])
    expect(waits).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000])
  })

  it('is waited for at random, so that those who lost together do not come back together', async () => {
    const { respond, waits } = await contended(3, { random: 0.25 })
    await respond([harmless])
    expect(waits).toEqual([12.5, 25, 50])
  })

  it('is given back as contended after twelve attempts', async () => {
    const { respond, waits } = await contended(12)
    const { failed, contended: lost } = await respond([harmless])
    expect(waits).toHaveLength(11)
    expect([[...failed.keys()], [...lost]]).toEqual([[0], [0]])
    expect(failed.get(0)).toContain('another responder wrote the state')
  })

  it('is given back as contended where the next attempt would not end in time', async () => {
    // Attempts end after 100, 250 and 450 ms; a third wait of 200 and an attempt of at most twice 100 would end at 850.
    const { respond, waits, until } = await contended(12)
    const { contended: lost } = await respond([harmless], until(849))
    expect(waits).toEqual([50, 100])
    expect(lost).toEqual(new Set([0]))
    const other = await contended(12)
    await other.respond([harmless], other.until(850))
    expect(other.waits).toEqual([50, 100, 200])
  })

  it('adds what an attempt has added to the timeline not once more', async () => {
    const { respond, timeline, ports } = await contended(3)
    const { outcomes } = await respond([evidence])
    expect(timeline).toEqual(['e1'])
    const [{ incidentId } = { incidentId: undefined }] = outcomes
    expect((await ports.incidents.signals(incidentId ?? '')).map(({ id }) => id)).toEqual(['e1'])
  })

  it('adds to the timeline again where that failed', async () => {
    const { respond, ports, timeline } = await contended(0)
    const { addSignal } = ports.incidents
    let isAway = true
    Object.assign(ports.incidents, {
      addSignal: (...words: Parameters<typeof addSignal>) => {
        if (!isAway) return addSignal(...words)
        isAway = false
        return Promise.reject(new ResponderError('incident.conflict', 'lost'))
      },
    })
    const { failed } = await pipeline(ports)([evidence])
    expect([failed, timeline]).toEqual([new Map(), ['e1']])
    expect(await respond([evidence])).toMatchObject({ failed: new Map() })
  })

  it('is not evaluated again for what the other responder has folded of the same events', async () => {
    const { ports, respond } = await contended(0)
    const other = pipeline({ ...ports, pause: undefined })
    const { load } = ports.identities
    let isFirst = true
    Object.assign(ports.identities, {
      async load(ids: readonly string[]) {
        const found = await load(ids)
        if (isFirst) {
          isFirst = false
          await other([evidence])
        }
        return found
      },
    })
    const { outcomes, failed } = await respond([evidence])
    // Once by us, whose state was lost; the second look finds the event in the fresher state.
    expect([outcomes.length, failed.size]).toEqual([1, 0])
  })

  it('costs no write where its version shows that another was first', async () => {
    const { ports, respond, waits } = await contended(0)
    const { versions, saveState } = ports.identities
    const saved: number[] = []
    let isOutdated = true
    Object.assign(ports.identities, {
      async versions(ids: readonly string[]) {
        if (!isOutdated) return versions(ids)
        isOutdated = false
        return new Map(ids.map((id) => [id, 7]))
      },
      saveState(...words: Parameters<typeof saveState>) {
        saved.push(words[1])
        return saveState(...words)
      },
    })
    expect((await respond([harmless])).failed).toEqual(new Map())
    expect([saved, waits.length]).toEqual([[0], 1])
  })
})

describe('an incident that others change all the time', () => {
  const busy = async (code: 'incident.conflict' | 'incident.releasing') => {
    const world = await contended(0)
    let left = 2
    const { save } = world.ports.incidents
    Object.assign(world.ports.incidents, {
      save: (...words: Parameters<typeof save>) =>
        left-- > 0 ? Promise.reject(new ResponderError(code, 'another writer was first')) : save(...words),
    })
    return world
  }

  it('is tried again like a state, and holds up nobody else of the batch', async () => {
    const { ports, waits } = await busy('incident.conflict')
    const bystander = call('s3:PutBucketTagging', { id: 'b1', user: 'bystander', key: 'AKIABYSTANDER0000001' })
    const { failed } = await pipeline(ports)([evidence, bystander])
    expect([failed, waits.length]).toEqual([new Map(), 2])
    expect((await ports.identities.versions([arnOf('bystander')])).get(arnOf('bystander'))).toBe(1)
  })

  it('is not tried again where something else is the matter, which is no contention', async () => {
    const { ports, waits } = await busy('incident.releasing')
    const { failed, contended: lost } = await pipeline(ports)([evidence])
    expect([[...failed.keys()], lost, waits]).toEqual([[0], new Set(), []])
  })
})

describe('the wait before a lost write is tried again', () => {
  it('is any time up to its limit', () => {
    expect([0, 0.5, 0.999].map((random) => Math.round(backoffMs(1, { tookMs: 100, random })))).toEqual([0, 25, 50])
  })

  it('starts with 10 ms where an attempt took no time that can be measured, and never exceeds two seconds', () => {
    expect([1, 2, 3].map((attempt) => backoffMs(attempt, { tookMs: 0, random: 1 }))).toEqual([10, 20, 40])
    expect(backoffMs(11, { tookMs: 0, random: 1 })).toBe(2000)
    expect(backoffMs(1, { tookMs: 30_000, random: 1 })).toBe(2000)
  })
})
