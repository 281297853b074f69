import type { Log } from '../ports/runtime.ts'

/** A log that says nothing: the doors on one machine print for people instead. */
export const silentLog: Log = { info: () => {}, warn: () => {} }

/** What was logged, in order. */
export interface LogEntry {
  readonly level: 'info' | 'warn'
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Collects what was logged. */
export function memoryLog(): Log & { readonly entries: readonly LogEntry[] } {
  const entries: LogEntry[] = []
  return {
    entries,
    info: (event, fields = {}) => void entries.push({ level: 'info', event, fields }),
    warn: (event, fields = {}) => void entries.push({ level: 'warn', event, fields }),
  }
}
