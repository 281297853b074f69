import { describe, expect, it } from 'vitest'
import { archiveText, readArchive } from '../../shared/domain/archive.ts'
import { chain } from '../../shared/domain/change.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { UnreadableArchive, UnreadableItem } from '../../shared/errors.ts'
import { archiveClosed } from '../../shared/review/archive.ts'
import { AFTER_DAYS, archiveWorld, LATER, type Made } from '../archive-world.ts'
import { AT, incidentOf, signalOf } from '../contract/samples.ts'

const A = 'inc-00000000000a'
const B = 'inc-00000000000b'
const VERDICT = {
  kind: 'legitimate',
  by: 'arn:aws:iam::123456789012:user/reviewer',
  reason: 'a drill',
  at: new Date(AT).toISOString(),
} as const

const runOf = async (made: readonly Made[], options?: Parameters<typeof archiveWorld>[1]) => {
  const world = await archiveWorld(made, options)
  return { world, run: await archiveClosed(world.ports) }
}

describe('what is archived', () => {
  it.each<[string, Made, object]>([
    ['open', { id: A, parts: { state: 'asking' } }, { archived: 0, kept: {} }],
    ['contained', { id: A, parts: { state: 'contained' }, step: 'standing' }, { archived: 0, kept: {} }],
    ['restricted', { id: A, parts: { state: 'restricted' }, step: 'standing' }, { archived: 0, kept: {} }],
    ['being rotated', { id: A, parts: { state: 'rotating' } }, { archived: 0, kept: {} }],
    [
      'confirmed, and still contained',
      { id: A, parts: { state: 'confirmed' }, step: 'standing' },
      { archived: 0, kept: { 'in-place': 1 } },
    ],
    ['released, with a step that stands all the same', { id: A, step: 'standing' }, { archived: 0, kept: { 'in-place': 1 } }],
    ['touched a day too late', { id: A, parts: { updatedAt: LATER - (AFTER_DAYS - 1) * DAY_MS } }, { archived: 0, kept: { recent: 1 } }],
    ['touched long enough ago', { id: A, parts: { updatedAt: LATER - AFTER_DAYS * DAY_MS } }, { archived: 1, kept: {} }],
    [
      'of which a release still suppresses evidence',
      { id: A, parts: { suppression: { until: LATER + 1, detectors: [], confirmed: [] } } },
      { archived: 0, kept: { suppressing: 1 } },
    ],
    [
      'of which a release suppresses nothing more',
      { id: A, parts: { suppression: { until: LATER, detectors: [], confirmed: [] } } },
      { archived: 1, kept: {} },
    ],
    ['put off by a person', { id: A, parts: { extendedUntil: LATER + 1 } }, { archived: 0, kept: { 'put-off': 1 } }],
    ['of which people are still to be told', { id: A, parts: { owedNotice: 'released' } }, { archived: 0, kept: { 'owes-notice': 1 } }],
    ['released', { id: A, step: 'undone', orders: 2, parts: { verdict: VERDICT } }, { archived: 1, kept: {} }],
    ['confirmed, with nothing in place', { id: A, step: 'undone', parts: { state: 'confirmed' } }, { archived: 1, kept: {} }],
  ])('an incident that is %s', async (_, made, wanted) => {
    const { run, world } = await runOf([made])
    expect(run).toMatchObject({ ...wanted, failed: 0 })
    expect(world.objects.size).toBe(run.archived)
  })

  it('is what a seal covers: without a seal nothing is, and neither is a chain that went on since', async () => {
    expect((await runOf([{ id: A }], { isSealed: false })).run).toEqual({ archived: 0, failed: 0, kept: {} })
    const world = await archiveWorld([{ id: A }, { id: B }])
    const third = await world.whole.record.last(`INCIDENT#${A}`)
    if (third === undefined) throw new Error('no chain')
    const { at, actor, kind, target, from, to, why } = third
    await world.ports.record.append(chain(`INCIDENT#${A}`, third, { at, actor, kind, target, from, to, why }))
    expect(await archiveClosed(world.ports)).toMatchObject({ archived: 1, kept: { unsealed: 1 } })
    await world.sealAgain()
    expect(await archiveClosed(world.ports)).toMatchObject({ archived: 1, kept: {} })
  })

  it('is as it was sealed: one whose chain was rewritten, cut or deleted is left as evidence, and told of', async () => {
    const warned: unknown[] = []
    const tampered: readonly ((world: Awaited<ReturnType<typeof archiveWorld>>) => unknown)[] = [
      ({ chains }) =>
        chains.get(`INCIDENT#${A}`)?.set(2, JSON.stringify({ ...JSON.parse(chains.get(`INCIDENT#${A}`)?.get(2) ?? ''), why: 'a lie' })),
      ({ chains }) => chains.get(`INCIDENT#${A}`)?.delete(2),
      ({ chains }) => chains.delete(`ORDER#${A}`),
      ({ chains }) => chains.get(`ORDER#${A}`)?.delete(2),
      ({ chains }) => chains.get(`INCIDENT#${A}`)?.set(3, '{'),
      ({ texts }) => texts.incidents.set(A, { text: '{', version: 1 }),
      ({ texts }) => texts.signals.get(A)?.set(`${A}-0`, 'no signal'),
    ]
    for (const tamper of tampered) {
      const world = await archiveWorld([{ id: A, orders: 2 }])
      tamper(world)
      const log = { info: () => {}, warn: (event: string, fields?: object) => warned.push({ event, ...fields }) }
      expect(await archiveClosed({ ...world.ports, log })).toMatchObject({ archived: 0, failed: 0 })
      expect(world.objects.size).toBe(0)
    }
    expect(warned).toHaveLength(tampered.length)
    for (const one of warned) expect(one).toMatchObject({ event: 'archive.refused', incidentId: A })
  })

  it('is not removed where somebody writes the incident meanwhile, and is archived as it then is', async () => {
    const world = await archiveWorld([{ id: A }])
    const put = async (...args: Parameters<typeof world.ports.archive.put>) => {
      await world.ports.archive.put(...args)
      const stored = await world.ports.incidents.get(A)
      if (stored !== undefined) await world.ports.incidents.save({ ...stored.value, priority: 1 }, stored.version)
    }
    expect(await archiveClosed({ ...world.ports, archive: { ...world.ports.archive, put } })).toMatchObject({
      archived: 0,
      kept: { changed: 1 },
    })
    expect((await world.ports.incidents.get(A))?.value).toMatchObject({ priority: 1, findings: [{}] })
    expect((await world.audited()).faults).toEqual([])
    expect(await archiveClosed(world.ports)).toMatchObject({ archived: 1 })
    expect((await world.whole.incidents.get(A))?.value.priority).toBe(1)
    expect((await world.audited()).faults).toEqual([])
  })

  it('fails where the bucket does not give back what was put there, and then nothing leaves the table', async () => {
    const world = await archiveWorld([{ id: A }])
    const archive = { ...world.ports.archive, get: async () => ({ kind: 'missing' }) as const }
    await expect(archiveClosed({ ...world.ports, archive })).rejects.toMatchObject({ code: 'archive.failed' })
    expect(world.texts.signals.get(A)?.size).toBe(2)
    expect((await world.ports.incidents.get(A))?.value.archived).toBeUndefined()
  })

  it('is the others too where some fail again and again', async () => {
    const made = Array.from({ length: 9 }, (_, at): Made => ({ id: `inc-${String(at).padStart(12, '0')}` }))
    const world = await archiveWorld(made)
    const put: typeof world.ports.archive.put = async (id, ...rest) => {
      if (Number(id.slice(4)) < 6) throw new Error('refused')
      return world.ports.archive.put(id, ...rest)
    }
    const failing = { ...world.ports, archive: { ...world.ports.archive, put } }
    for (let run = 0; run < 3; run++) await archiveClosed(failing).catch(() => undefined)
    expect(world.objects.size).toBe(3)
  })
})

describe('what stays of an archived incident', () => {
  it('says who, when, the verdict, and where the rest is: an identity that had it gets the next one', async () => {
    const { world } = await runOf([{ id: A, parts: { verdict: VERDICT } }])
    const stored = await world.ports.incidents.get(A)
    const whole = incidentOf(A, { state: 'released', verdict: VERDICT })
    expect(stored?.value).toMatchObject({
      id: A,
      identity: whole.identity,
      state: 'released',
      openedAt: AT,
      verdict: VERDICT,
      findings: [],
      archived: { at: LATER, key: await world.keyOfArchive(A), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
    expect(world.texts.incidents.get(A)?.text.length).toBeLessThan(JSON.stringify(whole).length)
  })

  it('takes a call that comes late, and an entry that is appended late: both are read with the rest', async () => {
    const { world } = await runOf([{ id: A }])
    await world.whole.incidents.addSignal(A, signalOf('late', LATER))
    expect((await world.whole.incidents.signals(A)).map(({ id }) => id)).toEqual([`${A}-0`, `${A}-1`, 'late'])
    const last = await world.whole.record.last(`INCIDENT#${A}`)
    const draft = {
      at: new Date(LATER).toISOString(),
      actor: 'countersign:respond',
      kind: 'decision',
      target: 'x',
      from: null,
      to: null,
      why: 'late',
    } as const
    await world.ports.record.append(chain(`INCIDENT#${A}`, last ?? { number: 0, hash: '' }, draft))
    expect((await world.whole.record.list(`INCIDENT#${A}`)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
    expect((await world.audited()).faults).toEqual([])
    expect(await archiveClosed(world.ports)).toMatchObject({ archived: 0, failed: 0 })
  })
})

describe('an object of the archive that is not as it was stored', () => {
  const tampered = async (tamper: (objects: Map<string, string>, keys: { a: string; b: string }) => void, isSealed = false) => {
    const { world } = await runOf([{ id: A, orders: 1 }, { id: B }])
    if (isSealed) await world.sealAgain()
    tamper(world.objects, { a: (await world.keyOfArchive(A)) ?? '', b: (await world.keyOfArchive(B)) ?? '' })
    return world
  }

  it.each<[string, string, (objects: Map<string, string>, keys: { a: string; b: string }) => void]>([
    ['missing', 'archive-missing', (objects, { a }) => objects.delete(a)],
    [
      'changed in one character',
      'archive-changed',
      (objects, { a }) => objects.set(a, (objects.get(a) ?? '').replace('because 1', 'because 7')),
    ],
    ['cut', 'archive-changed', (objects, { a }) => objects.set(a, (objects.get(a) ?? '').slice(0, -200))],
    ['empty', 'archive-changed', (objects, { a }) => objects.set(a, '')],
    ['that of another incident', 'archive-swapped', (objects, { a, b }) => objects.set(a, objects.get(b) ?? '')],
  ])('is named where it is %s', async (_, fault, tamper) => {
    for (const isSealed of [false, true]) {
      const world = await tampered(tamper, isSealed)
      // Both of its chains are in the object.
      expect((await world.audited()).faults).toEqual([
        { subject: `INCIDENT#${A}`, number: 1, fault },
        { subject: `ORDER#${A}`, number: 1, fault },
      ])
      await expect(world.whole.incidents.get(A)).rejects.toBeInstanceOf(UnreadableItem)
      await expect(world.whole.record.list(`INCIDENT#${A}`)).rejects.toBeInstanceOf(UnreadableArchive)
      expect((await world.whole.incidents.get(B))?.value.id).toBe(B)
      // A seal reads what a link says that no seal covers yet, and goes by the link after that.
      const { discrepancies } = await world.sealAgain()
      expect(discrepancies.map(({ subject, discrepancy }) => `${subject} ${discrepancy}`)).toEqual(
        isSealed ? [] : [`INCIDENT#${A} unreadable`, `ORDER#${A} unreadable`],
      )
      expect(world.notifier.notices).toHaveLength(isSealed ? 0 : 1)
    }
  })

  it('costs the daily seal nothing once a seal covers the link', async () => {
    const world = await tampered(() => {}, true)
    let reads = 0
    const get: typeof world.ports.archive.get = (...args) => {
      reads += 1
      return world.ports.archive.get(...args)
    }
    expect(await world.sealAgain({ ...world.ports.archive, get })).toMatchObject({ discrepancies: [], uncompared: 0 })
    expect(reads).toBe(0)
    // Whoever deletes the rest of the chain, or links to something else, is found by the seals all the same.
    world.chains.delete(`INCIDENT#${A}`)
    expect((await world.sealAgain()).discrepancies.map(({ subject, discrepancy }) => `${subject} ${discrepancy}`)).toEqual([
      `INCIDENT#${A} vanished`,
      `ORDER#${A} vanished`,
    ])
  })

  it('is named where the table points at another object, or lost the link', async () => {
    const world = await tampered(() => {})
    const [a, b] = [await world.ports.incidents.get(A), await world.ports.incidents.get(B)]
    const other = b?.value.archived
    if (a === undefined || other === undefined) throw new Error('not archived')
    await world.ports.incidents.save({ ...a.value, archived: other }, a.version)
    expect((await world.audited()).faults.map(({ subject }) => subject)).toEqual([`INCIDENT#${A}`])
    await world.ports.incidents.save(a.value, a.version + 1)
    world.chains.delete(`INCIDENT#${A}`)
    expect((await world.audited()).faults).toContainEqual(expect.objectContaining({ subject: `INCIDENT#${A}`, fault: 'vanished' }))
  })

  it('is not believed where it fits its hash and has another chain than was sealed', async () => {
    const world = await archiveWorld([{ id: A }])
    await archiveClosed(world.ports)
    // Somebody who can write both the bucket and the table rewrites the archive, and links to it.
    const key = (await world.keyOfArchive(A)) ?? ''
    const content = readArchive(world.objects.get(key) ?? '', A)
    if (typeof content === 'string') throw new Error(content)
    const items = content.items.map((item) =>
      item.sk === 'CHANGE#000002' ? { ...item, change: String(item.change).replace('because 2', 'because 9') } : item,
    )
    const text = archiveText({ ...content, items })
    world.objects.set(key, text)
    expect((await world.audited()).faults).toMatchObject([{ subject: `INCIDENT#${A}`, fault: 'archive-changed' }])
  })
})

describe('the text of an archive', () => {
  it('is one for one content, and is read only as it is written', async () => {
    const { world } = await runOf([{ id: A, orders: 2, step: 'undone' }])
    const [text = ''] = [...world.objects.values()]
    const content = readArchive(text, A)
    if (typeof content === 'string') throw new Error(content)
    expect(archiveText({ ...content, items: [...content.items].reverse(), chains: [...content.chains].reverse() })).toBe(text)
    expect(content.chains.map(({ subject, number }) => `${subject} ${number}`)).toEqual([`INCIDENT#${A} 3`, `ORDER#${A} 2`, `STEPS#${A} 2`])
    expect(readArchive(text, B)).toBe('swapped')
    expect(readArchive(`${text}\n`, A)).toBe('damaged')
    expect(readArchive(text.slice(0, -1), A)).toBe('damaged')
    expect(readArchive(text.replace(',"sk"', ', "sk"'), A)).toBe('damaged')
  })
})
