import type { Normalised } from './normalised.ts'
import { exposuresOf, isHealthEvent } from './sources/aws-health.ts'
import { isCloudTrailRecord, signalsOf } from './sources/cloudtrail.ts'

/** Turns a CloudTrail record, or an EventBridge event that holds one or is of AWS Health, into signals. Never throws. */
export function normalise(input: unknown): Normalised {
  try {
    return read(input)
  } catch (cause) {
    // Only nesting so deep that walking it exhausts the stack comes here; the sender is told.
    return { kind: 'unreadable', reason: cause instanceof RangeError ? 'nested too deeply to read' : 'not readable' }
  }
}

function read(input: unknown): Normalised {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return { kind: 'unreadable', reason: 'not a JSON object' }
  if (isHealthEvent(input)) return exposuresOf(input)
  const record = 'detail-type' in input && 'detail' in input ? input.detail : input
  if (isCloudTrailRecord(record)) return signalsOf(record)
  return {
    kind: 'unreadable',
    reason: 'neither a CloudTrail record (eventTime, eventName, eventSource) nor an EventBridge event with one',
  }
}
