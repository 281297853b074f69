import { type Baseline, emptyBaseline, type Feature } from './baseline.ts'
import type { CredentialWindow } from './credential-window.ts'
import { packEvidence, packExcepted, unpackEvidence, unpackExcepted } from './evidence-codec.ts'
import type { FrequencyTable } from './frequency.ts'
import type { IdentityState } from './identity-state.ts'
import { HASH_LENGTH, STATE_SHAPE, type StoredState } from './migrations/identity-state.ts'
import { seenOf, timedSetOf } from './seen.ts'
import { readText, textOf } from './stored.ts'
import { emptyTimedSet, type TimedSet } from './timed-set.ts'

/** What a credential issued, as a window's row says it; the unique id of a user or role is last, where it is known. */
type IssuedRow = StoredState['windows'][number][11][number]

/** An identity's state as compact text for a store. `unpackState` gives back exactly this state, orders included. */
export function packState(state: IdentityState): string {
  const { identity, seen, baseline, windows, across, evidence, excepted, bootstrapped } = state
  const tick = tickOf(state)
  const since = baseline.lastSeen
  const packed: StoredState = {
    identity: [identity.id, identity.kind, identity.name, identity.account],
    ...(identity.principalId === undefined ? {} : { principalId: identity.principalId }),
    tick,
    seen: packTimes(timedSetOf(seen), since, tick),
    horizon: seen.horizon,
    baseline: [baseline.firstSeen, baseline.lastSeen, baseline.calls, baseline.errorRate],
    expected: [...baseline.expected],
    probation: [...baseline.probation],
    newcomers: [...baseline.recentActions],
    addresses: [
      [...baseline.addresses.sources].map(([source, { firstHour, lastHour }]) => [source, firstHour, lastHour]),
      baseline.addresses.overflowHour,
    ],
    unlearned: [...baseline.unlearnedHours],
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
        counted,
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
        [...counted].map(([kind, things]) => [kind, packTimes(things, since, tick)]),
        countries,
        agents,
        networks,
        parentIncidentId ?? null,
        issued.map(
          ({ id, kind, owner, signalId, time, principalId }): IssuedRow =>
            principalId === undefined ? [id, kind, owner, signalId, time] : [id, kind, owner, signalId, time, principalId],
        ),
        [reads, bits],
      ],
    ),
    across: [
      packTimes(across.denied, since, tick),
      packTimes(across.discovered, since, tick),
      [...across.counted].map(([kind, things]) => [kind, packTimes(things, since, tick)]),
      packTimes(across.works, since, tick),
      [...across.rates].map(([kind, { hour, count, dayMost, usual, days }]) => [kind, hour, count, dayMost, usual, days]),
    ],
    ...packEvidence(evidence),
    excepted: packExcepted(excepted),
    bootstrapped: [...bootstrapped],
  }
  return textOf(STATE_SHAPE, packed)
}

/** The state in a stored text of any version; `key` says where it was stored. Throws `UnreadableItem` where it is none. */
export function unpackState(text: string, key = 'an identity state'): IdentityState {
  const stored = readText(STATE_SHAPE, text, key)
  const { identity, principalId, tick, seen, horizon, baseline, windows, across, bootstrapped } = stored
  const [id, kind, name, account] = identity
  const since = baseline[1]
  return {
    identity: { id, kind, name, account, ...(principalId === undefined ? {} : { principalId }) },
    seen: seenOf(unpackTimes(seen, since, tick), horizon),
    baseline: unpackBaseline(stored),
    windows: new Map(windows.map((window) => [window[0], unpackWindow(window, since, tick)])),
    across: {
      denied: unpackTimes(across[0], since, tick),
      discovered: unpackTimes(across[1], since, tick),
      counted: new Map(across[2].map(([kind, things]) => [kind, unpackTimes(things, since, tick)])),
      works: unpackTimes(across[3], since, tick),
      rates: new Map(across[4].map(([kind, hour, count, dayMost, usual, days]) => [kind, { hour, count, dayMost, usual, days }])),
    },
    evidence: unpackEvidence(stored),
    excepted: unpackExcepted(stored.excepted),
    bootstrapped,
  }
}

function tickOf({ seen, baseline, windows, across }: IdentityState): 1 | 1000 {
  const isWhole = (time: number) => time % 1000 === 0
  const times = [
    across.works,
    ...[across, ...windows.values()].flatMap(({ discovered, denied, counted }) => [discovered, denied, ...counted.values()]),
  ].flatMap((things) => things.times)
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

function packTable(table: FrequencyTable, since: number, tick: number): StoredState['features'][string] {
  const times = table.lasts.map((last) => `${((since - last) / tick).toString(36)},`)
  return [table.values, table.weights, times.join('')]
}

function unpackBaseline({
  baseline: [firstSeen, lastSeen, calls, errorRate],
  expected,
  probation,
  newcomers,
  addresses: [sources, overflowHour],
  unlearned,
  keys,
  features,
  tick,
}: StoredState): Baseline {
  const baseline = {
    ...emptyBaseline(),
    firstSeen,
    lastSeen,
    calls,
    errorRate,
    expected: new Set(expected),
    probation: new Map(probation),
    recentActions: new Map(newcomers),
    addresses: { sources: new Map(sources.map(([source, firstHour, lastHour]) => [source, { firstHour, lastHour }])), overflowHour },
    unlearnedHours: unlearned,
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

function keysOf(keys: StoredState['keys']): Baseline['keys'] {
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
  ]: StoredState['windows'][number],
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
    counted: new Map(touched.map(([kind, things]) => [kind, unpackTimes(things, since, tick)])),
    countries,
    agents,
    networks,
    parentIncidentId: source ?? undefined,
    issued: made.map(([id, kind, owner, signalId, time, principalId]) => ({
      id,
      kind,
      owner,
      signalId,
      time,
      ...(principalId === undefined ? {} : { principalId }),
    })),
  }
}

function entriesOf(text: string): string[] {
  return text.split(',').slice(0, -1)
}
