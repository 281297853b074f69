import { DamagedField, isFields } from './fields.ts'
import type { Normalised } from './normalised.ts'
import { SOURCES } from './sources/sources.ts'

/** Turns an input from outside into signals: a CloudTrail record, an EventBridge event that holds one, or what one of the other sources says. Never throws. */
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
  if (!isFields(input)) return { kind: 'unreadable', reason: 'not a JSON object' }
  const source = SOURCES.find(({ is }) => is(input))
  if (source !== undefined) return source.read(input)
  return {
    kind: 'unreadable',
    reason: 'neither a CloudTrail record (eventTime, eventName, eventSource) nor an EventBridge event with one',
  }
}
