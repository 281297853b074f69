import { closeSync } from 'node:fs'
import type { Fields } from '../../shared/sense/fields.ts'
import { type Part, partsOf } from './expand.ts'
import { type Found, findRecords, type RecordOf, whyNone } from './find-records.ts'
import { Expansion, peek } from './limited.ts'
import type { InputFile } from './list-files.ts'
import { isLikeRecord, type Neighbour, textNeighbourOf } from './neighbours.ts'
import { type OpenOptions, opened } from './open-input.ts'
import { isReport } from './report-in.ts'
import type { Scratch } from './scratch.ts'
import type { Place, SplitProblem } from './split-limits.ts'
import { ValueSplitter } from './split-values.ts'

/** One place of the input that could not be read. */
export interface InputProblem extends SplitProblem {
  /** The path as it was found; `-` for standard input. In an archive, `!` and the name in it follow. */
  readonly file: string
}

/** Where a record was read: the path of its file, and its number in it, from 1, as problems count it. */
export interface RecordOrigin {
  readonly file: string
  readonly record: number
}

/** A record, where it was read, and about how many bytes of text it has. */
export interface Entry {
  readonly record: object
  readonly origin: RecordOrigin
  readonly bytes: number
}

/** Callbacks while files are read. */
export interface ReadOptions extends OpenOptions {
  onProblem(problem: InputProblem): void
  /** Called for what is passed over because it is known to be something else, each time. */
  onSkip?(file: string, kind: Neighbour): void
  /** Called for a record that came as a row of a table, which has some of its fields only. */
  onRow?(file: string): void
  /** Called with the most bytes of one text that were in memory at once. */
  onBuffered?(bytes: number): void
  /** Which objects are records; by default, those of CloudTrail. */
  readonly recordOf?: RecordOf
}

/** How much of a text is looked at to say that it is no log. */
const BEGINNING_BYTES = 4096

/** The most problems of a file that are kept until it is known whether it is a log. */
const KEPT_PROBLEMS = 20

/** Reads the records of one file, in the order of the file. Yields whenever there are new ones. No content makes this throw. */
export async function* readFile(file: InputFile, scratch: Scratch, options: ReadOptions): AsyncGenerator<Entry[]> {
  const damages: string[] = []
  const expansion = new Expansion()
  const ports = { scratch, expansion, onDamage: (reason: string) => damages.push(reason) }
  const input = { name: file.path, isInArchive: false, ...opened(file.path, { options, expansion, damages }) }
  try {
    for await (const part of partsOf(input, ports)) yield* readPart(part, { isNamed: file.isNamed && !part.isInArchive, damages, options })
  } catch (error) {
    damages.push(error instanceof Error ? error.message : 'it cannot be read')
  } finally {
    if (input.fd !== undefined) closeSync(input.fd)
  }
  for (const reason of new Set(damages)) options.onProblem({ file: file.path, position: 0, reason })
}

interface PartContext {
  readonly isNamed: boolean
  readonly damages: string[]
  readonly options: ReadOptions
}

async function* readPart(part: Part, context: PartContext): AsyncGenerator<Entry[]> {
  const { isNamed, damages, options } = context
  const { first, all } = await peek(part.chunks, BEGINNING_BYTES)
  const beginning = first.toString('latin1', 0, BEGINNING_BYTES)
  const kind = textNeighbourOf(beginning) ?? (isNamed || damages.length > 0 ? undefined : nothingIn(beginning))
  if (kind !== undefined) {
    await all.return(undefined)
    return options.onSkip?.(part.name, kind)
  }
  const reading = new PartReading(part.name, { isNamed: isNamed || LIKE_LOG.test(beginning), options })
  for await (const chunk of all) {
    reading.splitter.push(chunk)
    if (reading.entries.length > 0) yield reading.entries.splice(0)
  }
  const { position } = reading.splitter.extent
  const reasons = damages.splice(0)
  for (const reason of new Set(reasons)) options.onProblem({ file: part.name, position, reason })
  reading.splitter.end(reasons.length > 0)
  if (reading.entries.length > 0) yield reading.entries.splice(0)
  reading.end()
  options.onBuffered?.(reading.splitter.extent.largestBytes)
}

/** Words that only logs of CloudTrail and their envelopes have at their beginning: what is wrong with such a file is damage. */
const LIKE_LOG = /eventVersion|eventName|eventSource|userIdentity|"Records"|CloudTrailEvent/i

/** The kind of a text that has no JSON at its beginning. */
function nothingIn(beginning: string): Neighbour | undefined {
  if (beginning.trim() === '') return 'empty files'
  return /[{["]/.test(beginning) ? undefined : 'other files'
}

/** Takes the values of a text for records, neighbours and damage. */
class PartReading {
  readonly entries: Entry[] = []
  readonly splitter: ValueSplitter
  readonly #name: string
  readonly #options: ReadOptions
  /** True where whatever is no record is damage: of a named file, or from its first record on. */
  #isLog: boolean
  readonly #kept: SplitProblem[] = []

  constructor(name: string, { isNamed, options }: { isNamed: boolean; options: ReadOptions }) {
    this.#name = name
    this.#isLog = isNamed
    this.#options = options
    this.splitter = new ValueSplitter(
      (value, place, ordinal) => this.#take(value, place, ordinal),
      (problem) => this.#tell(problem),
    )
  }

  /** Ends the text: where it holds nothing that is known, it is something else. */
  end(): void {
    if (this.#kept.length > 0) this.#options.onSkip?.(this.#name, 'other files')
  }

  #take(value: unknown, place: Place, ordinal: number): number {
    const all = findRecords(value, this.#options.recordOf)
    const found = place.isMember && all.every(({ kind }) => kind === 'unknown') ? [] : all
    const bytes = Math.ceil(place.bytes / Math.max(1, found.length))
    for (const [at, one] of found.entries()) this.#add(one, { ...place, bytes }, ordinal + at + 1)
    return found.length
  }

  #add(found: Found, place: Place, record: number): void {
    if (found.kind === 'neighbour') {
      this.#options.onSkip?.(this.#name, found.name)
    } else if (found.kind !== 'unknown') {
      if (found.kind === 'row') this.#options.onRow?.(this.#name)
      // A report among other JSON does not make damage of that.
      if (!isReport(found.record as Fields)) this.#become()
      this.entries.push({ record: found.record, origin: { file: this.#name, record }, bytes: place.bytes })
    } else if (isObject(found.value) && (this.#isLog || isLikeRecord(found.value))) {
      // Whoever uses it says what is wrong with it.
      this.entries.push({ record: found.value, origin: { file: this.#name, record }, bytes: place.bytes })
    } else if (isObject(found.value)) this.#options.onSkip?.(this.#name, 'other JSON')
    else this.#tell({ position: place.position, record, reason: whyNone(found.value) })
  }

  #tell(problem: SplitProblem): void {
    if (this.#isLog) this.#options.onProblem({ file: this.#name, ...problem })
    else if (this.#kept.length < KEPT_PROBLEMS) this.#kept.push(problem)
  }

  /** From its first record on, a file is a log. */
  #become(): void {
    if (this.#isLog) return
    this.#isLog = true
    for (const problem of this.#kept.splice(0)) this.#tell(problem)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('CloudTrailEvent' in value)
}
