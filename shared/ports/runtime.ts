/** Epoch milliseconds. */
export interface Clock {
  now(): number
}

/** Says one event by name, with fields that hold no secret and no raw event. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
}
