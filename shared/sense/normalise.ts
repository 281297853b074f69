import { DamagedField } from './fields.ts'
import type { Normalised } from './normalised.ts'
import { exposuresOf, isHealthEvent } from './sources/aws-health.ts'
import { isCloudTrailRecord, signalsOf } from './sources/cloudtrail.ts'

/** Turns an input from outside into signals: a CloudTrail record, an EventBridge event that holds one, or an AWS Health event. Never throws. */
export function normalise(input: unknown): Normalised {
  try {
    return read(input)
  } catch (cause) {
    if (cause instanceof DamagedField) return { kind: 'unreadable', reason: `damaged: ${cause.message}` }
    // Reached where the input is nested so deeply that reading it exhausts the stack. The sender gets the reason.
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
