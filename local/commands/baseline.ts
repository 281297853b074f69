import { type Baseline, expectValue, FEATURE_LIMITS, type Feature, maturity } from '../../shared/domain/baseline.ts'
import { counted } from '../../shared/domain/counted.ts'
import { heaviest } from '../../shared/domain/frequency.ts'
import { copyState, type IdentityState } from '../../shared/domain/identity-state.ts'
import { printable } from '../../shared/domain/printable.ts'
import { requireReason } from '../../shared/domain/reason.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { EXPECTED_PLACES_LIMIT, isPlace, PLACE_KINDS, type PlaceKind } from '../../shared/domain/usual-places.ts'
import { ResponderError } from '../../shared/errors.ts'
import type { IdentityStore, Versioned } from '../../shared/ports/stores.ts'
import { append, identitySubject } from '../../shared/record/append.ts'
import { jsonText } from '../render/json-text.ts'
import { fencePlaces, renderPlaces } from '../render/places.ts'
import { moment } from '../render/style.ts'
import { table } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'
import type { Target } from '../target.ts'

/** The most values of a feature that are printed; `--json` gives all. */
const VALUES = 8

const ATTEMPTS = 5

/** What is normal for an identity, feature by feature, with how often (a count that halves in 14 days) and when last. */
export async function showBaseline(
  target: Target,
  identityId: string,
  { isJson, width }: { isJson: boolean; width?: number | undefined },
): Promise<string> {
  const { value } = await identityNamed(identityId, target)
  const known = value.identity.id
  const { baseline } = value
  const features = Object.fromEntries(
    Object.keys(FEATURE_LIMITS).map((name) => [name, heaviest(baseline.features[name as Feature], baseline.lastSeen)]),
  )
  const { firstSeen, lastSeen, calls, errorRate, expected } = baseline
  if (isJson)
    return jsonText({
      identity: value.identity,
      firstSeen,
      lastSeen,
      calls,
      errorRate,
      maturity: maturity(baseline),
      expected: [...expected],
      keys: Object.fromEntries(baseline.keys),
      places: fencePlaces(baseline),
      features,
    })
  const rows = Object.entries(features).map(([name, values]) => {
    const shown = values.slice(0, VALUES).map(({ value: one, weight }) => `${printable(one, 64)} ×${Math.round(weight * 10) / 10}`)
    return [name, `${shown.join(', ')}${values.length > VALUES ? `, … ${values.length - VALUES} more` : ''}`]
  })
  const told = [
    `Baseline of ${printable(known, 200)}`,
    `  ${counted(calls, 'call')} from ${moment(firstSeen)} to ${moment(lastSeen)} UTC, ${Math.round(errorRate * 100)} % of the latest calls refused or failed`,
    `  ${maturityOf(baseline)}`,
    table([{}, { isText: true }], rows, { width, indent: 2 }),
    '  ×: how often, a count that halves in 14 days',
    ...[...baseline.keys].map(
      ([id, { calls: count, networks, agents }]) =>
        `  key ${printable(id, 128)}: ${counted(count, 'call')}, from ${networks.map((one) => printable(one, 20)).join(', ') || 'no public network'}, by ${agents.map((one) => printable(one, 40)).join(', ') || 'no tool seen'}`,
    ),
    ...renderPlaces(baseline, width === undefined ? undefined : width - 2).map((line) => `  ${line}`),
    ...(expected.size > 0 ? [`  expected by reviewers: ${[...expected].map((word) => printable(word, 80)).join(', ')}`] : []),
  ]
  return wrapText(told.join('\n'), width)
}

function maturityOf(baseline: Baseline): string {
  const share = Math.round(maturity(baseline) * 100)
  const days = Math.floor((baseline.lastSeen - baseline.firstSeen) / DAY_MS)
  return share >= 100
    ? `mature: ${counted(days, 'day')} old`
    : `${share} % mature (${counted(days, 'day')}, ${counted(baseline.calls, 'call')}; mature from 7 days and 50 calls on): findings about what is new weigh less until then`
}

/** The form of the values of some features: a value in another form would never match a call. */
const SHAPES: ReadonlyMap<string, { pattern: RegExp; example: string }> = new Map([
  ['country', { pattern: /^[A-Z]{2}$/, example: 'two capital letters, such as DE' }],
  ['network', { pattern: /^AS[1-9]\d*$/, example: 'an AS number, such as AS64496' }],
  ['action', { pattern: /^[a-z0-9-]+:[A-Za-z0-9]+$/, example: 'service:Operation, such as iam:CreateUser' }],
  ['hourOfWeek', { pattern: /^(mon|tue|wed|thu|fri|sat|sun)-([01]\d|2[0-3])$/, example: 'day-hour in UTC, such as mon-09' }],
])

const PLACE_FORMS: Readonly<Record<PlaceKind, string>> = {
  range: 'a fence draws it, such as 203.0.113.0/24 or 2001:db8:1::/48',
  endpoint: 'the id of a VPC endpoint, such as vpce-0123456789abcdef0',
}

/** What expecting a value changes. Throws `usage` where the value has not the form of the feature, or the identity is not known. */
export async function whatExpectChanges(target: Target, arnOrName: string, word: string): Promise<string> {
  const { feature } = expectedValue(word)
  const { identity } = (await identityNamed(arnOrName, target)).value
  return `${printable(word, 80)} never counts as new for ${printable(identity.id, 200)} in ${target.name} any more.${fenceText(feature)} No command takes that back.`
}

/** What expecting a value means for a fence, which goes by ranges and endpoints and knows no countries and networks. */
function fenceText(feature: Feature | PlaceKind): string {
  if (feature === 'range' || feature === 'endpoint')
    return ` A fence that is set from now on leaves it open, where the identity has places of its own; of each kind the newest ${EXPECTED_PLACES_LIMIT} count. One that stands is not changed.`
  if (feature !== 'country' && feature !== 'network') return ''
  return ' A fence that is set for other evidence refuses calls from there all the same: declare its range too, as range=203.0.113.0/24.'
}

/** Marks a value of a feature as expected, so that it never counts as new. Who and why go into the record. Throws `usage` without a reason. */
export async function expectFeature(target: Target, arnOrName: string, word: string, reason: string): Promise<string> {
  requireReason({ reason })
  const { feature, value } = expectedValue(word)
  const identityId = (await identityNamed(arnOrName, target)).value.identity.id
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await stateOf(target.identities, identityId, target.name)
    const draft = copyState(stored.value)
    expectValue(draft.baseline, feature, value)
    if (!(await target.identities.saveState(draft, stored.version))) continue
    const entry = {
      at: new Date().toISOString(),
      actor: target.caller,
      kind: 'verdict',
      target: `baseline:${identityId}`,
      from: null,
      to: word,
      why: reason,
    } as const
    await append(target.record, identitySubject(identityId), entry)
    return `${word} is expected of ${identityId} from now on.`
  }
  throw new ResponderError(
    'identity.conflict',
    `the state of ${identityId} was written by the responder ${ATTEMPTS} times in a row; try again`,
  )
}

/** What may be declared expected: a habit is learned from what was done, and no word stands for it. */
const EXPECTABLE = [...Object.keys(FEATURE_LIMITS).filter((feature) => feature !== 'habit'), ...PLACE_KINDS]

/** The feature and the value of a word such as `country=DE`. Throws `usage` for another form. */
function expectedValue(word: string): { feature: Feature | PlaceKind; value: string } {
  const [feature, ...rest] = word.split('=')
  const value = rest.join('=')
  if (feature === undefined || !EXPECTABLE.includes(feature) || value === '') {
    throw new ResponderError('usage', `write it as feature=value with a feature of ${EXPECTABLE.join(', ')}; got "${printable(word, 80)}"`)
  }
  const kind = PLACE_KINDS.find((one) => one === feature)
  if (kind !== undefined && !isPlace(kind, value))
    throw new ResponderError('usage', `${kind} is written as ${PLACE_FORMS[kind]}; got "${printable(value, 80)}"`)
  const shape = SHAPES.get(feature)
  if (shape !== undefined && !shape.pattern.test(value))
    throw new ResponderError('usage', `${feature} is written as ${shape.example}; got "${printable(value, 80)}"`)
  return { feature: feature as Feature | PlaceKind, value }
}

/** The state of an identity that is given by its ARN, or by a name that only one has. */
export async function identityNamed(word: string, { identities, name }: Target): Promise<Versioned<IdentityState>> {
  if (word.includes(':')) return stateOf(identities, word, name)
  const ids: string[] = []
  for await (const id of identities.ids()) if (id.endsWith(`/${word}`) || id.endsWith(`:${word}`)) ids.push(id)
  const [id] = ids
  if (id === undefined || ids.length > 1)
    throw new ResponderError(
      'usage',
      id === undefined
        ? `no identity with the name ${printable(word, 64)} is known in ${name}; give the ARN`
        : `${ids.length} identities have that name, give the ARN of one: ${ids
            .slice(0, 5)
            .map((one) => printable(one, 200))
            .join(', ')}`,
    )
  return stateOf(identities, id, name)
}

async function stateOf(identities: IdentityStore, identityId: string, name: string): Promise<Versioned<IdentityState>> {
  const { state, unreadable } = (await identities.load([identityId])).get(identityId) ?? {}
  if (unreadable !== undefined) throw unreadable
  if (state === undefined)
    throw new ResponderError('usage', `the identity ${printable(identityId, 200)} is not known in ${name}; give its ARN`)
  return state
}
