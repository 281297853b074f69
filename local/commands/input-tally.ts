import { counted } from '../../shared/domain/counted.ts'
import { printable } from '../../shared/domain/printable.ts'
import type { InputProblem } from '../read/read-file.ts'

/** The most problems of the input that are printed; all are counted. */
const PROBLEM_LINES = 20

/** The most kinds that are counted by themselves: an event names its source itself. */
const KINDS = 60

/** What could not be read, or was read and is not believed: of such a record its number in the file is known. */
type Problem = Omit<InputProblem, 'position'> & Partial<Pick<InputProblem, 'position'>>

/** Where lines are printed. */
interface Output {
  write(text: string): unknown
}

/** Counts what of an input is no record in good order, and says so. */
export class InputTally {
  problems = 0
  late = 0
  readonly #passedOver = new Map<string, { count: number; file: string }>()
  readonly #rows = new Map<string, number>()
  readonly #err: Output

  constructor(err: Output) {
    this.#err = err
  }

  readonly onProblem = ({ file, position, record, reason }: Problem): void => {
    this.problems += 1
    if (this.problems > PROBLEM_LINES) return
    const place = [...(position === undefined ? [] : [`byte ${position}`]), ...(record === undefined ? [] : [`record ${record}`])]
    this.#err.write(`${printable(file, 300)}: ${place.join(', ')}: ${printable(reason, 300)}\n`)
  }

  readonly onSkip = (file: string, kind: string): void => {
    const name = this.#passedOver.has(kind) || this.#passedOver.size < KINDS ? kind : 'others'
    const known = this.#passedOver.get(name)
    if (known === undefined) this.#passedOver.set(name, { count: 1, file })
    else known.count += 1
  }

  readonly onRow = (file: string): void => {
    this.#rows.set(file, (this.#rows.get(file) ?? 0) + 1)
  }

  readonly onLate = (count: number): void => {
    this.late = count
  }

  /** What was passed over, by kind: how many, and the first file that has it. Empty where nothing was. */
  get passedOver(): string[] {
    return [...this.#passedOver].map(([kind, { count, file }]) => `${kind}: ${count} (first ${printable(file, 120)})`)
  }

  /** The same for programs; no member where there is nothing to say. */
  get counts(): object {
    const passedOver = Object.fromEntries([...this.#passedOver].map(([kind, { count }]) => [kind, count]))
    return { ...(this.#passedOver.size > 0 ? { passedOver } : {}), ...(this.late > 0 ? { late: this.late } : {}) }
  }

  /** Says at the end what was not said yet. `records` is the number of those that were read. */
  close(records: number): void {
    const say = (line: string) => this.#err.write(`${line}\n`)
    if (this.problems > PROBLEM_LINES) say(`… ${counted(this.problems - PROBLEM_LINES, 'more place', 'more places')} could not be read`)
    const [row] = this.#rows
    if (row !== undefined) {
      const others = this.#rows.size > 1 ? ` and ${counted(this.#rows.size - 1, 'more file')}` : ''
      say(
        `${printable(row[0], 300)}${others}: rows of a table, without request parameters and kinds of identities: what needs those is not found; download the events as JSON to have all of it found`,
      )
    }
    if (this.late > 0)
      say(
        `${counted(this.late, 'record')} came too late to be sorted, and ${this.late === 1 ? 'was' : 'were'} evaluated out of order: those of standard input can be saved to a file and replayed from there; in a file they hide their times`,
      )
    if (records === 0)
      say(`no CloudTrail record was read${this.#passedOver.size > 0 ? `; passed over: ${this.passedOver.join(', ')}` : ''}`)
  }
}
