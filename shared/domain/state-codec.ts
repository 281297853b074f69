import { z } from 'zod'
import { ResponderError } from '../errors.ts'
import { type Baseline, emptyBaseline, type Feature } from './baseline.ts'
import type { CredentialWindow, TouchedKind } from './credential-window.ts'
import type { EvidenceGroup, Finding, Technique } from './finding.ts'
import type { FrequencyTable } from './frequency.ts'
import type { IdentityState } from './identity-state.ts'
import { seenOf, timedSetOf } from './seen.ts'
import type { CreatedKind } from './signal.ts'
import { emptyTimedSet, type TimedSet } from './timed-set.ts'

/** Characters of a 53-bit hash in base 36. */
const HASH_LENGTH = 11

/** Hashes with their times: 11 base-36 digits, then the ticks since the entry before; a comma ends each. */
const Times = z.string().regex(/^(?:[0-9a-z]{11}-?[0-9a-z]+,)*$/, 'not a list of hashes and times')

/** Values, their weights, and the ticks from each time back from the baseline's last, in columns of the same length. */
const Frequencies = z
  .tuple([z.array(z.string()), z.array(z.number()), z.string().regex(/^(?:-?[0-9a-z]+,)*$/, 'not a list of times')])
  .refine(([values, weights, times]) => values.length === weights.length && values.length === times.split(',').length - 1, {
    error: 'columns of different lengths',
  })

/** Detector, title, group, technique, whether it is confirmed: what all findings of a detector have in common. */
const Kind = z.tuple([z.string(), z.string(), z.string(), z.string(), z.boolean()])

/** Number of the kind, weight, reason, signal id, credential id, time. */
const Evidence = z.tuple([z.number().int().min(0), z.number(), z.string(), z.string(), z.string(), z.number()])

/** The stored form: arrays in place of maps, in their order, which is part of the state. */
const Stored = z
  .strictObject({
    v: z.literal(1),
    identity: z.tuple([z.string(), z.string(), z.string(), z.string()]),
    /** Milliseconds of a tick: event times are whole seconds as a rule, so most states count in those. */
    tick: z.literal([1, 1000]),
    seen: Times,
    horizon: z.number(),
    baseline: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    expected: z.array(z.string()),
    probation: z.array(z.tuple([z.string(), z.number()])),
    newcomers: z.array(z.tuple([z.string(), z.number()])).default([]),
    keys: z.array(z.tuple([z.string(), z.number(), z.number(), z.array(z.string()), z.array(z.string())])),
    features: z.record(z.string(), Frequencies),
    windows: z.array(
      z.tuple([
        z.string(),
        z.number(),
        z.number(),
        z.number(),
        Times,
        Times,
        z.array(z.tuple([z.string(), Times])),
        z.array(z.string()),
        z.array(z.string()),
        z.array(z.string()),
        z.string().nullable(),
        z.array(z.tuple([z.string(), z.string(), z.string(), z.string(), z.number()])),
        z.tuple([z.number(), z.number()]),
      ]),
    ),
    kinds: z.array(Kind),
    evidence: z.array(Evidence),
    bootstrapped: z.array(z.string()),
  })
  .refine(({ kinds, evidence }) => evidence.every(([kind]) => kind < kinds.length), { error: 'evidence of an unknown kind' })
type Stored = z.infer<typeof Stored>

/** An identity's state as compact text for a store. `unpackState` gives back exactly this state, orders included. */
export function packState(state: IdentityState): string {
  const { identity, seen, baseline, windows, evidence, bootstrapped } = state
  const tick = tickOf(state)
  const since = baseline.lastSeen
  const kinds = new Map<string, number>()
  const kindOf = ({ detector, title, group, technique, isConfirmed }: Finding) => {
    const kind = JSON.stringify([detector, title, group, technique, isConfirmed])
    const at = kinds.get(kind) ?? kinds.size
    kinds.set(kind, at)
    return at
  }
  const packed: Omit<Stored, 'kinds'> = {
    v: 1,
    identity: [identity.id, identity.kind, identity.name, identity.account],
    tick,
    seen: packTimes(timedSetOf(seen), since, tick),
    horizon: seen.horizon,
    baseline: [baseline.firstSeen, baseline.lastSeen, baseline.calls, baseline.errorRate],
    expected: [...baseline.expected],
    probation: [...baseline.probation],
    newcomers: [...baseline.newcomers],
    keys: [...baseline.keys].map(([id, { firstSeen, calls, networks, agents }]) => [id, firstSeen, calls, [...networks], [...agents]]),
    features: Object.fromEntries(
      Object.entries(baseline.features)
        .filter(([, table]) => table.values.length > 0)
        .map(([feature, table]) => [feature, packTable(table, since, tick)]),
    ),
    windows: [...windows.values()].map(
      ({
        credentialId,
        first,
        last,
        calls,
        discovered,
        denied,
        touched,
        countries,
        agents,
        networks,
        parentIncidentId,
        issued,
        reads,
        bits,
      }) => [
        credentialId,
        first,
        last,
        calls,
        packTimes(discovered, since, tick),
        packTimes(denied, since, tick),
        [...touched].map(([kind, things]) => [kind, packTimes(things, since, tick)]),
        countries,
        agents,
        networks,
        parentIncidentId ?? null,
        issued.map(({ id, kind, owner, signalId, time }): [string, string, string, string, number] => [id, kind, owner, signalId, time]),
        [reads, bits],
      ],
    ),
    evidence: evidence.map((finding) => {
      const { weight, reason, signalId, credentialId, time } = finding
      return [kindOf(finding), weight, reason, signalId, credentialId, time]
    }),
    bootstrapped: [...bootstrapped],
  }
  return JSON.stringify({ ...packed, kinds: [...kinds.keys()].map((kind) => JSON.parse(kind)) })
}

/** The state in a stored text. Throws `store.unavailable` where this version did not write it. */
export function unpackState(text: string): IdentityState {
  const parsed = Stored.safeParse(parse(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.join('.') || 'the text'
    throw new ResponderError('store.unavailable', `a stored identity state is not readable: ${where}: ${issue?.message}`)
  }
  const { identity, tick, seen, horizon, baseline, windows, kinds, evidence, bootstrapped } = parsed.data
  const [id, kind, name, account] = identity
  const since = baseline[1]
  return {
    identity: { id, kind, name, account } as IdentityState['identity'],
    seen: seenOf(unpackTimes(seen, since, tick), horizon),
    baseline: unpackBaseline(parsed.data),
    windows: new Map(windows.map((window) => [window[0], unpackWindow(window, since, tick)])),
    evidence: evidence.map((row) => unpackFinding(row, kinds[row[0]] as z.infer<typeof Kind>)),
    bootstrapped,
  }
}

function tickOf({ seen, baseline, windows }: IdentityState): 1 | 1000 {
  const isWhole = (time: number) => time % 1000 === 0
  const times = [...windows.values()].flatMap(({ discovered, denied, touched }) =>
    [discovered, denied, ...touched.values()].flatMap((things) => things.times),
  )
  const isWholeTable = (table: FrequencyTable) => table.lasts.every(isWhole)
  const isWholeState = [baseline.lastSeen, ...timedSetOf(seen).times, ...times].every(isWhole)
  return isWholeState && Object.values(baseline.features).every(isWholeTable) ? 1000 : 1
}

/** Each time counts from the one before it: neighbours of a ring are close, so that takes two or three digits. */
function packTimes({ ids, times }: TimedSet, since: number, tick: number): string {
  let before = since
  let text = ''
  for (const [at, hash] of ids.entries()) {
    const time = times[at] as number
    text += `${hash.toString(36).padStart(HASH_LENGTH, '0')}${((time - before) / tick).toString(36)},`
    before = time
  }
  return text
}

function unpackTimes(text: string, since: number, tick: number): TimedSet {
  let before = since
  const moments = emptyTimedSet()
  for (const entry of entriesOf(text)) {
    before += Number.parseInt(entry.slice(HASH_LENGTH), 36) * tick
    moments.ids.push(Number.parseInt(entry.slice(0, HASH_LENGTH), 36))
    moments.times.push(before)
  }
  return moments
}

function packTable(table: FrequencyTable, since: number, tick: number): Stored['features'][string] {
  const times = table.lasts.map((last) => `${((since - last) / tick).toString(36)},`)
  return [table.values, table.weights, times.join('')]
}

function unpackBaseline({
  baseline: [firstSeen, lastSeen, calls, errorRate],
  expected,
  probation,
  newcomers,
  keys,
  features,
  tick,
}: Stored): Baseline {
  const baseline = {
    ...emptyBaseline(),
    firstSeen,
    lastSeen,
    calls,
    errorRate,
    expected: new Set(expected),
    probation: new Map(probation),
    newcomers: new Map(newcomers),
    keys: keysOf(keys),
  }
  for (const [feature, [values, weights, times]] of Object.entries(features)) {
    // A feature that a later version dropped is forgotten.
    if (!Object.hasOwn(baseline.features, feature)) continue
    const lasts = entriesOf(times).map((time) => lastSeen - Number.parseInt(time, 36) * tick)
    baseline.features[feature as Feature] = { values, weights, lasts }
  }
  return baseline
}

function keysOf(keys: Stored['keys']): Baseline['keys'] {
  return new Map(keys.map(([id, firstSeen, calls, networks, agents]) => [id, { firstSeen, calls, networks, agents }]))
}

function unpackWindow(
  [
    credentialId,
    first,
    last,
    calls,
    discovered,
    denied,
    touched,
    countries,
    agents,
    networks,
    source,
    made,
    looked,
  ]: Stored['windows'][number],
  since: number,
  tick: number,
): CredentialWindow {
  return {
    credentialId,
    first,
    last,
    calls,
    reads: looked[0],
    bits: looked[1],
    discovered: unpackTimes(discovered, since, tick),
    denied: unpackTimes(denied, since, tick),
    touched: new Map(touched.map(([kind, things]) => [kind as TouchedKind, unpackTimes(things, since, tick)])),
    countries,
    agents,
    networks,
    parentIncidentId: source ?? undefined,
    issued: made.map(([id, kind, owner, signalId, time]) => ({ id, kind: kind as CreatedKind, owner, signalId, time })),
  }
}

function unpackFinding([, weight, reason, signalId, credentialId, time]: z.infer<typeof Evidence>, kind: z.infer<typeof Kind>): Finding {
  const [detector, title, group, technique, isConfirmed] = kind as [string, string, EvidenceGroup, Technique, boolean]
  return { detector, title, weight, group, technique, isConfirmed, reason, signalId, credentialId, time }
}

function entriesOf(text: string): string[] {
  return text.split(',').slice(0, -1)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The schema says what is wrong: a text is no object.
    return text
  }
}
