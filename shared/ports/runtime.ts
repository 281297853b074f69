/** The current time, in epoch milliseconds. */
export interface Clock {
  now(): number
}

/** Writes structured log events. Fields contain no secret and no raw event. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
}
