/** The current time, in epoch milliseconds. */
export interface Clock {
  now(): number
}

/** Lets time pass before a lost write is tried again. */
export interface Pause {
  wait(ms: number): Promise<void>
  /** From 0 up to 1, so that writers who lost at the same time do not try again at the same time. */
  random(): number
}

/** Writes structured log events. Fields contain no secret and no raw event. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
}
