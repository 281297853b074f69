import { mkdtempSync, openSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A temporary folder of our own, which only this user may read. It is made when it is first needed. Each file in it loses its name as soon as it is open, where the
 * system allows that, so none of its content stays behind whatever ends this process. The folder itself is removed at the end, also where the process exits before.
 */
export class Scratch {
  #folder: string | undefined
  #count = 0
  readonly #onExit = () => this.remove()
  readonly #parent: string

  constructor(parent = tmpdir()) {
    this.#parent = parent
  }

  /** Opens an empty file for writing and reading. */
  open(): number {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(this.#parent, 'countersign-'))
      process.once('exit', this.#onExit)
    }
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
    process.off('exit', this.#onExit)
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }
}
