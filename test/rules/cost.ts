import { deflateRawSync } from 'node:zlib'
import { foldInto } from '../../shared/detect/fold.ts'
import { emptyState, type IdentityState } from '../../shared/domain/identity-state.ts'
import { packState } from '../../shared/domain/state-codec.ts'
import { normalise } from '../../shared/sense/normalise.ts'

/**
 * List prices of us-east-1 in USD; compare them with the pages below before you rely on the sum.
 * EventBridge: events of AWS's management are taken in and delivered within the account for nothing.
 * @see https://aws.amazon.com/eventbridge/pricing/
 * @see https://aws.amazon.com/sqs/pricing/ standard queue
 * @see https://aws.amazon.com/lambda/pricing/ Arm
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/ standard table class
 * @see https://aws.amazon.com/s3/pricing/ standard storage class
 * @see https://aws.amazon.com/cloudwatch/pricing/ standard resolution; the first ten alarms and metrics of an account, and three dashboards, are free
 * @see https://aws.amazon.com/secrets-manager/pricing/
 */
export const PRICES = {
  queueRequest: 0.4e-6,
  invocation: 0.2e-6,
  gigabyteSecond: 13.3334e-6,
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  storedGigabyteMonth: 0.25,
  objectPut: 5e-6,
  objectGet: 0.4e-6,
  archivedGigabyteMonth: 0.023,
  alarmMonth: 0.1,
  metricMonth: 0.3,
  secretMonth: 0.4,
  dashboardMonth: 3,
}

/** Where each event comes alone: it is sent, received and deleted. */
const QUEUE_REQUESTS = 3
/** The state is read, and its version once more before it is written: DynamoDB charges both by the size of the item. */
const READS = 2
/** An assumption: two round trips of the table and the evaluation, with the gigabyte of memory that respond has. */
const INVOCATION_SECONDS = 0.05

/** The mean capacity of the table that the state of an identity takes, over the calls that it made. */
export function tableUnits(records: readonly object[]): { write: number; read: number } {
  const states = new Map<string, { state: IdentityState; calls: number }>()
  for (const record of records) {
    const read = normalise(record)
    for (const signal of read.kind === 'signals' ? read.signals : []) {
      const known = states.get(signal.identity.id) ?? { state: emptyState(signal.identity), calls: 0 }
      foldInto(known.state, signal, Number.POSITIVE_INFINITY, undefined)
      states.set(signal.identity.id, { state: known.state, calls: known.calls + 1 })
    }
  }
  const all = [...states.values()].map(({ state, calls }) => ({ bytes: deflateRawSync(packState(state)).length, calls }))
  const total = all.reduce((sum, { calls }) => sum + calls, 0)
  const mean = (unitBytes: number) => all.reduce((sum, { bytes, calls }) => sum + Math.ceil(bytes / unitBytes) * calls, 0) / total
  return { write: mean(1024), read: mean(4096) }
}

/** What a delivered event costs at most, in USD: where no two of them come in one batch. */
export function priceOfEvent({ write, read }: { write: number; read: number }): number {
  const { queueRequest, invocation, gigabyteSecond, writeUnit, readUnit } = PRICES
  return QUEUE_REQUESTS * queueRequest + invocation + INVOCATION_SECONDS * gigabyteSecond + write * writeUnit + READS * read * readUnit
}
