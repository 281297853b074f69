import type { Log } from '../ports/runtime.ts'

/** A log without output: the command line and the console print for people instead. */
export const silentLog: Log = { info: () => {}, warn: () => {} }

/** One log event. */
export interface LogEntry {
  readonly level: 'info' | 'warn'
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Collects log events in order. */
export function memoryLog(): Log & { readonly entries: readonly LogEntry[] } {
  const entries: LogEntry[] = []
  return {
    entries,
    info: (event, fields = {}) => void entries.push({ level: 'info', event, fields }),
    warn: (event, fields = {}) => void entries.push({ level: 'warn', event, fields }),
  }
}
