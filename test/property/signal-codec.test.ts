import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactJson } from '../../local/read/exact-json.ts'
import { BatchDecoder, BatchEncoder } from '../../local/reader/batch-codec.ts'
import { ReadRecord } from '../../local/reader/read-record.ts'
import { MEMBERS } from '../../local/reader/signal-members.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { ExposureGrade } from '../../shared/domain/exposure-report.ts'
import { SignalSource } from '../../shared/domain/report.ts'
import { CreatedKind, CredentialKind, IdentityKind, Outcome, type Signal } from '../../shared/domain/signal.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { REPLAYED } from '../../shared/sense/believe.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import type { Normalised } from '../../shared/sense/normalised.ts'
import { readInput } from '../../shared/sense/read-input.ts'

const { history, lastDay } = syntheticHistory({ seed: 7, end: Date.UTC(2026, 0, 31), days: 31 })
const RECORDS = [...history.slice(-300), ...lastDay] as Record<string, unknown>[]
const ORIGIN = { file: 'a.json', record: 1 }

/** Values that came from JSON, with numbers and names that are easily changed on the way. */
const json = fc.oneof(
  fc.json({ maxDepth: 4, noUnicodeString: false }).map((text) => JSON.parse(text) as unknown),
  fc
    .constantFrom(
      '{"n":-0,"list":[1e999,-1e999,0]}',
      '{"__proto__":{"a":null},"":1}',
      '"\\ud800 \u2028"',
      '{"omitted":true,"x":1}',
      '{}',
      '[]',
    )
    .map((text) => JSON.parse(text) as unknown),
)
const fields = fc.dictionary(fc.string(), json)

/** A record of which some members are replaced, those of `userIdentity` too. */
const mutated = fc
  .record({
    record: fc.constantFrom(...RECORDS),
    changes: fc.array(fc.tuple(fc.nat(), fc.boolean(), json), { maxLength: 3 }),
    extra: fc.constantFrom(
      {},
      { vpcEndpointId: 'vpce-0123456789abcdef0' },
      { managementEvent: false },
      { errorCode: 'AccessDenied', errorMessage: 'no: with an explicit deny in a service control policy' },
    ),
  })
  .map(({ record, changes, extra }) => {
    const changed = structuredClone({ ...record, ...extra }) as Record<string, unknown>
    for (const [at, isInner, value] of changes) {
      const into = isInner ? changed.userIdentity : changed
      if (typeof into !== 'object' || into === null) continue
      const names = Object.keys(into)
      if (names.length > 0) (into as Record<string, unknown>)[names[at % names.length] as string] = value
    }
    return changed
  })

const health = fc.array(fc.oneof(fc.constantFrom('AKIAIOSFODNN7EXAMPLE', 'i-0123'), fc.string()), { maxLength: 3 }).map((values) => ({
  source: 'aws.health',
  time: '2026-01-01T00:00:00Z',
  account: '123456789012',
  detail: {
    eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
    eventArn: 'arn:aws:health:us-east-1::event/x',
    affectedEntities: values.map((entityValue) => ({ entityValue })),
  },
}))

const text = fc.string()
const identity = fc.record(
  { id: text, kind: fc.constantFrom(...IdentityKind.options), name: text, account: text, principalId: text },
  { requiredKeys: ['id', 'kind', 'name', 'account'] },
)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

/** Signals with every member that a signal may have, whoever sets it. */
const signals: fc.Arbitrary<Signal> = fc
  .record<Required<Signal>, keyof Signal>(
    {
      id: text,
      kind: fc.constantFrom('api-call', 'assumption', 'credential-exposure', 'finding'),
      source: fc.constantFrom(...SignalSource.options),
      time: fc.integer({ min: 0, max: 4_000_000_000_000 }),
      account: text,
      region: text,
      identity,
      credential: fc.record(
        { id: text, kind: fc.constantFrom(...CredentialKind.options), sessionName: text, workload: text },
        { requiredKeys: ['id', 'kind'] },
      ),
      service: text,
      action: text,
      isReadOnly: fc.boolean(),
      outcome: fc.constantFrom(...Outcome.options),
      errorCode: maybe(text),
      deniedBy: fc.constantFrom('service-control-policy', 'identity-policy', 'other'),
      deniedOn: text,
      isAuthenticated: fc.boolean(),
      isWorkloadStated: fc.constant(true),
      isCanary: fc.constant(true),
      origin: fc.record(
        {
          address: text,
          addressKind: fc.constantFrom('public', 'private', 'aws-service', 'unknown'),
          country: maybe(text),
          network: maybe(text),
          organisation: maybe(text),
          networkKind: fc.constant(undefined),
          isBlocklisted: fc.boolean(),
          agent: text,
          agentFamily: text,
          via: maybe(text),
          vpcEndpointId: text,
        },
        {
          requiredKeys: [
            'address',
            'addressKind',
            'country',
            'network',
            'organisation',
            'networkKind',
            'isBlocklisted',
            'agent',
            'agentFamily',
            'via',
          ],
        },
      ),
      created: maybe(
        fc.record(
          { id: text, kind: fc.constantFrom(...CreatedKind.options), owner: text, principalId: text },
          { requiredKeys: ['id', 'kind', 'owner'] },
        ),
      ),
      assumer: maybe(identity),
      parentIncidentId: maybe(text),
      isParentSuspect: fc.constant(true),
      isAgainstResponder: fc.boolean(),
      deployment: fc.constantFrom('own', 'unproven', 'unnamed'),
      request: fields,
      response: fields,
      isRequestOmitted: fc.constant(true),
      isResponseOmitted: fc.constant(true),
      isRolePathUnknown: fc.constant(true),
      details: fields,
      exposure: maybe(text),
      report: fc.record(
        { id: text, type: text, grade: fc.constantFrom(...ExposureGrade.options), place: text },
        { requiredKeys: ['id', 'type'] },
      ),
      policyTags: fc.array(text),
      organization: text,
      trustedClaims: fc.array(fc.record({ provider: fc.constant('gitlab.com'), claim: text, values: fc.array(text) })),
      exceptions: fc.array(fc.record({ detector: text, reason: text, until: text }, { requiredKeys: ['detector', 'reason'] })),
      containedBy: text,
      refusedBy: text,
      reverses: text,
      rules: fc.array(
        fc.record({
          detector: text,
          title: text,
          weight: fc.double({ min: 0, max: 1, noNaN: true }),
          group: fc.constantFrom('impact', 'origin'),
          technique: fc.constant('T1078.004'),
          details: text,
        }),
        { minLength: 1, maxLength: 3 },
      ),
      isDataEvent: fc.constant(true),
    },
    {
      requiredKeys: Object.keys(MEMBERS).filter(
        (name) =>
          !/^(deniedBy|deniedOn|deployment|policyTags|organization|trustedClaims|containedBy|refusedBy|reverses|is(WorkloadStated|ParentSuspect|RequestOmitted|ResponseOmitted|RolePathUnknown|DataEvent))$/.test(
            name,
          ),
      ) as (keyof Signal)[],
    },
  )
  // Objects as the code makes them, which have a prototype.
  .map((signal) => structuredClone(signal) as Signal)

/** What the other thread makes of some outcomes, sent in batches of `size`. */
function sent(outcomes: readonly Normalised[], { size, entries }: { size: number; entries: number }): (Normalised | undefined)[] {
  const [encoder, decoder] = [new BatchEncoder(entries), new BatchDecoder()]
  const got: (Normalised | undefined)[] = []
  for (let at = 0; at < outcomes.length; at += size) {
    const all = outcomes.slice(at, at + size).map((normalised) => ({ normalised, origin: ORIGIN }))
    got.push(...decoder.decode(encoder.encode(all.length, all)).inputs.map(ReadRecord.outcomeOf))
  }
  return got
}

const sizes = fc.record({ size: fc.integer({ min: 1, max: 5 }), entries: fc.integer({ min: 0, max: 20 }) })

function expectSame(outcomes: readonly Normalised[], how: { size: number; entries: number }): void {
  const got = sent(outcomes, how)
  expect(got).toStrictEqual(outcomes)
  // In the same order of members, too, since stored signals show it.
  expect(got.map((one) => exactJson(plain(one)))).toEqual(outcomes.map((one) => exactJson(plain(one))))
}

/** Without members that are undefined, which no JSON has. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, plain(member)]])))
}

describe('what one thread sends to the other', () => {
  it('is what was normalised, of records with anything in them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 5, arbitrary: mutated }, { weight: 1, arbitrary: health }, { weight: 1, arbitrary: json }), {
          maxLength: 12,
        }),
        sizes,
        (inputs, how) => expectSame(inputs.map(normalise), how),
      ),
      { numRuns: 600 },
    )
  })

  it('is the signal, with every member that signals have', () => {
    fc.assert(
      fc.property(fc.array(fc.array(signals, { maxLength: 3 }), { maxLength: 6 }), sizes, (all, how) =>
        expectSame(
          all.map((some) => ({ kind: 'signals', signals: some })),
          how,
        ),
      ),
      { numRuns: 150 },
    )
  })

  it('keeps what only the depth of a record or the size of a number makes special', () => {
    const deep = `${'{"a":['.repeat(50_000)}-0,1e999,"\\u2028"${']}'.repeat(50_000)}`
    const record = { ...RECORDS[0], requestParameters: { deep: JSON.parse(deep) } }
    const [got] = sent([normalise(record)], { size: 1, entries: 10 })
    const request = got?.kind === 'signals' ? got.signals[0]?.request : undefined
    expect(exactJson(request)).toBe(`{"deep":${deep.replace('\\u2028', '\u2028')}}`)
  })

  it('is refused where a signal has a member that is not listed', () => {
    const normalised = normalise(RECORDS[0])
    if (normalised.kind !== 'signals') return expect.unreachable()
    const more = normalised.signals.map((signal) => ({ ...signal, isOfTomorrow: true }))
    expect(() => sent([{ kind: 'signals', signals: more }], { size: 1, entries: 1 })).toThrow(
      'a signal has the member isOfTomorrow, which signal-members.ts does not list',
    )
  })

  it('is refused where a value is none of JSON', () => {
    for (const value of [undefined, Number.NaN, () => {}, Symbol('x')]) expect(() => exactJson([value])).toThrow('is no value of JSON')
  })
})

describe('an input that another thread has read', () => {
  it('is made by code alone: nothing that was parsed is one', () => {
    const read = new ReadRecord({ kind: 'ignored', reason: 'x' }, ORIGIN)
    expect([ReadRecord.outcomeOf(read), ReadRecord.originOf(read)]).toEqual([{ kind: 'ignored', reason: 'x' }, ORIGIN])
    const forged = [
      JSON.parse('{"__proto__":{},"#normalised":{"kind":"signals","signals":[]},"constructor":"ReadRecord"}'),
      Object.create(ReadRecord.prototype),
      { ...read },
      null,
      'x',
    ]
    for (const one of forged) expect([ReadRecord.outcomeOf(one), ReadRecord.originOf(one)]).toEqual([undefined, undefined])
    // And whoever reads raw inputs, as a stack does, takes none of them for one.
    const raw = { trust: REPLAYED, clock: { now: () => 0 }, log: silentLog }
    for (const one of [read, ...forged]) expect(readInput(one, raw)).toMatchObject({ kind: 'unreadable' })
  })
})
