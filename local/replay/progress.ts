import { counted } from '../../shared/domain/counted.ts'
import type { ReadProgress } from '../read/in-time-order.ts'
import { duration } from '../render/style.ts'

/** How often the line is drawn anew, in milliseconds. */
const EVERY_MS = 200

/** Erases the line and puts the cursor at its beginning. */
const ERASE = '\r\u001b[2K'

/** Where the line is drawn. */
export interface Screen {
  readonly columns?: number
  write(text: string): unknown
}

/** A line that says how many records were read, how fast, and how much time is left. It is drawn in place on a terminal. */
export class ReplayProgress {
  readonly #screen: Screen | undefined
  readonly #now: () => number
  #kind: ReadProgress['kind'] | undefined
  #startedAt = 0
  #drawnAt = Number.NEGATIVE_INFINITY
  #isDrawn = false

  /** Without a screen nothing is drawn. `now` is in milliseconds. */
  constructor(screen: Screen | undefined, now: () => number) {
    this.#screen = screen
    this.#now = now
  }

  readonly show = (progress: ReadProgress): void => {
    if (this.#screen === undefined) return
    const now = this.#now()
    if (progress.kind !== this.#kind) {
      this.#kind = progress.kind
      this.#startedAt = now
      this.#drawnAt = Number.NEGATIVE_INFINITY
    }
    if (now - this.#drawnAt < EVERY_MS) return
    this.#drawnAt = now
    this.#isDrawn = true
    const line = lineOf(progress, now - this.#startedAt)
    this.#screen.write(`${ERASE}${line.slice(0, (this.#screen.columns || 80) - 1)}`)
  }

  /** Erases the line, so that something else can be printed. */
  readonly clear = (): void => {
    if (!this.#isDrawn) return
    this.#isDrawn = false
    this.#screen?.write(ERASE)
  }
}

function lineOf(progress: ReadProgress, elapsedMs: number): string {
  const { kind, records } = progress
  const rate = elapsedMs > 0 ? [`${Math.round((records * 1000) / elapsedMs)} records/s`] : []
  if (kind === 'indexing') return [`looking for the order: ${counted(records, 'record')}`, ...rate].join(', ')
  return [`${counted(records, 'record')} evaluated`, ...rate, ...timeLeft(progress, elapsedMs)].join(', ')
}

/** By the text of all records, since some have many times the length of others. */
function timeLeft({ bytes, allBytes }: Extract<ReadProgress, { kind: 'taken' }>, elapsedMs: number): string[] {
  if (allBytes === undefined || bytes === 0 || elapsedMs === 0) return []
  const left = (elapsedMs * Math.max(0, allBytes - bytes)) / bytes
  return [`${duration(Math.max(1000, left))} left`]
}
