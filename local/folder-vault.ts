import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SealVault } from '../shared/ports/stores.ts'

/** Seals as read-only files of a folder. Nothing keeps the owner of the folder from changing them: copy them elsewhere. */
export function folderVault(folder: string): SealVault {
  const fileOf = (number: number) => join(folder, `${String(number).padStart(6, '0')}.ndjson`)
  return {
    async put(number, text) {
      await mkdir(folder, { recursive: true })
      // A whole file or none: a crash while writing must leave no half of a seal.
      const draft = join(folder, `${randomUUID()}.new`)
      await writeFile(draft, text, { mode: 0o444 })
      try {
        await link(draft, fileOf(number))
        return true
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
        throw cause
      } finally {
        await rm(draft, { force: true })
      }
    },
    get: (number) => readFile(fileOf(number), 'utf8').catch(absent(undefined)),
    async last() {
      const names: string[] = await readdir(folder).catch(absent([]))
      return Math.max(0, ...names.map((name) => Number(name.match(/^(\d{6,})\.ndjson$/)?.[1] ?? 0)))
    },
  }
}

/** Not there is an answer; could not look is not. */
function absent<T>(answer: T): (cause: NodeJS.ErrnoException) => T {
  return (cause) => {
    if (cause.code === 'ENOENT') return answer
    throw cause
  }
}
