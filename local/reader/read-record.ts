import type { Normalised } from '../../shared/sense/normalised.ts'
import type { RecordOrigin } from '../read/read-file.ts'

/** A record that another thread has read and normalised. Nothing that was parsed is one: only code makes it. */
export class ReadRecord {
  readonly #normalised: Normalised
  readonly #origin: RecordOrigin

  constructor(normalised: Normalised, origin: RecordOrigin) {
    this.#normalised = normalised
    this.#origin = origin
  }

  /** What the record says; undefined for anything that is no `ReadRecord`. */
  static outcomeOf(input: unknown): Normalised | undefined {
    return isObject(input) && #normalised in input ? input.#normalised : undefined
  }

  /** Where the record was read. */
  static originOf(input: unknown): RecordOrigin | undefined {
    return isObject(input) && #origin in input ? input.#origin : undefined
  }
}

function isObject(input: unknown): input is object {
  return typeof input === 'object' && input !== null
}
