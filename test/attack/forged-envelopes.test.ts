import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { believe, type Doubt, OLDEST_MS } from '../../shared/sense/believe.ts'
import { ACCOUNT, call, exposed, NOW } from '../embedded.ts'
import { delivered, FROM_THE_BUS } from './stack.ts'

const RUNS = 10_000
const SEED = 20_260_302

type Envelope = Readonly<Record<string, unknown>>

/** What AWS puts on the bus: calls by several services, sign-ins, and reports of AWS Health, of the last 14 days and the next 5 minutes. */
const genuine: fc.Arbitrary<Envelope> = fc
  .record({
    action: fc.constantFrom(
      'iam:CreateUser',
      's3:ListBuckets',
      'sts:GetCallerIdentity',
      'signin:ConsoleLogin',
      'health',
      'lambda:DeleteFunction',
    ),
    age: fc.integer({ min: -299, max: OLDEST_MS / 1000 - 1 }),
    id: fc.uuid(),
    region: fc.constantFrom('us-east-1', 'eu-west-1', 'ap-southeast-2'),
    saysRecipient: fc.boolean(),
  })
  .map(({ action, age, id, region, saysRecipient }) => {
    const time = NOW - age * 1000
    if (action === 'health') return { ...exposed('AKIAIOSFODNN7EXAMPLE', id, time), region }
    const event = delivered({ ...call(action, { id, time }), awsRegion: region }, { region })
    const { recipientAccountId: _, ...without } = event.detail as Envelope
    return saysRecipient ? event : { ...event, detail: without }
  })

const otherAccount = fc
  .integer({ min: 0, max: 999_999_999_999 })
  .map((n) => String(n).padStart(12, '0'))
  .filter((id) => id !== ACCOUNT)
const notAws = fc
  .oneof(fc.string(), fc.domain(), fc.constantFrom('aws', 'AWS.iam', 'aws/iam', 'custom.aws.iam', ' aws.iam', 'awsiam', 'áws.iam'))
  .filter((text) => !text.startsWith('aws.'))
const tooLate = fc.integer({ min: 301, max: 60 * 365 * 86_400 }).map((seconds) => new Date(NOW + seconds * 1000).toISOString())
const tooOld = fc.integer({ min: 1, max: 20 * 365 * 86_400 }).map((seconds) => new Date(NOW - OLDEST_MS - seconds * 1000).toISOString())
const wrongType = fc.constantFrom(0, null, true, [], {}, ['aws.iam'])

const without = (event: Envelope, name: string): Envelope => Object.fromEntries(Object.entries(event).filter(([key]) => key !== name))
const isRecord = ({ detail }: Envelope) => 'eventName' in (detail as object)

/** Each changes one field of the event, or leaves the envelope out, and says which doubt that brings. */
const forgery: fc.Arbitrary<{ name: string; doubt: Doubt; forge: (event: Envelope) => unknown }> = fc.oneof(
  notAws.map((source) => ({
    name: 'source',
    doubt: (source === '' ? 'envelope' : 'source') as Doubt,
    forge: (event: Envelope) => ({ ...event, source }),
  })),
  otherAccount.map((account) => ({ name: 'account', doubt: 'account' as const, forge: (event: Envelope) => ({ ...event, account }) })),
  otherAccount.map((recipientAccountId) => ({
    name: 'recipientAccountId',
    doubt: 'account' as const,
    // A report of AWS Health has none: there the account of the event is another.
    forge: (event: Envelope) =>
      isRecord(event)
        ? { ...event, detail: { ...(event.detail as object), recipientAccountId } }
        : { ...event, account: recipientAccountId },
  })),
  tooLate.map((time) => ({ name: 'time in the future', doubt: 'future' as const, forge: (event: Envelope) => ({ ...event, time }) })),
  tooLate.map((eventTime) => ({
    name: 'eventTime in the future',
    doubt: 'future' as const,
    forge: (event: Envelope) => ({ ...event, detail: { ...(event.detail as object), eventTime } }),
  })),
  tooOld.map((time) => ({ name: 'time in the past', doubt: 'past' as const, forge: (event: Envelope) => ({ ...event, time }) })),
  fc.constantFrom('My Event', 'Object Created', 'AWS API Call', 'via CloudTrail', 'aws health event').map((type) => ({
    name: 'detail-type',
    doubt: 'detail-type' as const,
    forge: (event: Envelope) => ({ ...event, 'detail-type': type }),
  })),
  fc.constant({ name: 'no envelope', doubt: 'envelope' as const, forge: ({ detail }: Envelope) => detail }),
  fc.constantFrom('source', 'detail-type', 'detail').map((name) => ({
    name: `no ${name}`,
    doubt: 'envelope' as const,
    forge: (event: Envelope) => without(event, name),
  })),
  fc.constant({ name: 'no account', doubt: 'account' as const, forge: (event: Envelope) => without(event, 'account') }),
  fc.constant({ name: 'no time', doubt: 'time' as const, forge: (event: Envelope) => without(event, 'time') }),
  wrongType.map((source) => ({
    name: 'source of another type',
    doubt: 'envelope' as const,
    forge: (event: Envelope) => ({ ...event, source }),
  })),
  wrongType.map((account) => ({
    name: 'account of another type',
    doubt: 'account' as const,
    forge: (event: Envelope) => ({ ...event, account }),
  })),
)

describe(`${RUNS} forged events, each beside the true one that differs in one field`, () => {
  it(`none of the forged is believed, all of the true are (seed ${SEED})`, () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(genuine, forgery, (event, { name, doubt, forge }) => {
        const said = believe(forge(event), FROM_THE_BUS, NOW)
        expect([name, said.kind === 'unbelieved' ? said.doubt : said.kind]).toEqual([name, doubt])
        expect(believe(event, FROM_THE_BUS, NOW)).toEqual({ kind: 'believed' })
        seen.set(name, (seen.get(name) ?? 0) + 1)
      }),
      { numRuns: RUNS, seed: SEED },
    )
    expect([...seen.values()].reduce((sum, one) => sum + one, 0)).toBe(RUNS)
    // Every kind of forgery was tried often: none passed because it never came.
    expect(seen.size).toBe(15)
    expect(Math.min(...seen.values())).toBeGreaterThan(100)
  })

  it('whatever JSON comes, it is either believed or not, and never anything that is not an event of AWS', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(believe(value, FROM_THE_BUS, NOW).kind).toBe('unbelieved')
      }),
      { numRuns: 1000, seed: SEED },
    )
  })
})
