import type { Log } from '../ports.ts'

/** A log that says nothing: the doors on one machine print for people instead. */
export const silentLog: Log = { info: () => {}, warn: () => {} }
