import { mkdtempSync, openSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A temporary folder of our own, which only this user may read. It is made when it is first needed. Each file in it loses its name as soon as it is open, where the
 * system allows that, so nothing stays behind whatever ends this process.
 */
export class Scratch {
  #folder: string | undefined
  #count = 0
  readonly #parent: string

  constructor(parent = tmpdir()) {
    this.#parent = parent
  }

  /** Opens an empty file for writing and reading. */
  open(): number {
    this.#folder ??= mkdtempSync(join(this.#parent, 'countersign-'))
    const path = join(this.#folder, `${this.#count++}`)
    const fd = openSync(path, 'wx+', 0o600)
    try {
      unlinkSync(path)
    } catch {
      // Windows keeps the name until the file is closed; `remove` deletes it.
    }
    return fd
  }

  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }
}
