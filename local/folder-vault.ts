import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SealVault } from '../shared/ports/stores.ts'

/** Stores seals as read-only files in a folder. The owner of the folder can still change them, so copies belong elsewhere. */
export function folderVault(folder: string): SealVault {
  const fileOf = (number: number) => join(folder, `${String(number).padStart(6, '0')}.ndjson`)
  const numbers = async () => {
    const names: string[] = await readdir(folder).catch(absent([]))
    return names.flatMap((name) => Number(name.match(/^(\d{6,})\.ndjson$/)?.[1] ?? Number.NaN) || [])
  }
  return {
    async put(number, text) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // Written beside and linked: a crash while writing must not leave half a seal.
      const draft = join(folder, `${randomUUID()}.new`)
      await writeFile(draft, text, { mode: 0o400 })
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
      return Math.max(0, ...(await numbers()))
    },
    async since(at) {
      const times = (await numbers()).map(async (number) => ({ number, at: (await stat(fileOf(number))).mtimeMs }))
      return Math.min(...(await Promise.all(times)).flatMap((one) => (one.at >= at ? [one.number] : [])))
    },
  }
}

/** Answers a missing file or folder with a value; any other error is thrown. */
function absent<T>(answer: T): (cause: NodeJS.ErrnoException) => T {
  return (cause) => {
    if (cause.code === 'ENOENT') return answer
    throw cause
  }
}
