import type { Stats } from 'node:fs'
import { chmod, lstat, mkdir, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ResponderError } from '../../shared/errors.ts'

export const ACCOUNT_FILE = 'account.json'
export const DATABASE_FOLDER = 'dynamodb'
export const SEAL_FOLDER = 'seals'

/** Stands beside an account that keeps a replay, and says so. */
export const REPLAYED_FILE = 'replayed-account.txt'

/** The subfolder to which a new account moves the one that was there before, with its record. Only the last one is kept. */
export const PREVIOUS_FOLDER = 'previous'

/** What the embedded account keeps in its folder. Whatever else is there is not read and not changed. */
const OURS = new RegExp(`^(${ACCOUNT_FILE}(\\.new)?|${DATABASE_FOLDER}|${SEAL_FOLDER}|${REPLAYED_FILE}|${PREVIOUS_FOLDER}|owner[-.].+)$`)

/** The bits of a mode that let anybody in but its owner. */
const OTHERS = 0o077

/**
 * Makes the folder where it is not there, and sees to it that nobody but the user who runs this gets in: 0700, also where it was open before.
 * Throws `folder.unsafe` where it belongs to somebody else, or where it or what the account keeps in it is a symbolic link.
 */
export async function secureFolder(folder: string): Promise<void> {
  const path = resolve(folder)
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw unsafe(path, `it cannot be made (${cause.code})`, cause)
  })
  const stats = await checked(path)
  if (!stats.isDirectory()) throw unsafe(path, 'it is no folder')
  const names = await readdir(path)
  const ours = names.filter((name) => OURS.test(name))
  if (isOpen(stats)) {
    if (names.length > 0 && ours.length === 0)
      throw unsafe(path, `it holds other things, and other users may look into it (${octal(stats)})`)
    await chmod(path, stats.mode & 0o700)
    process.stderr.write(
      `countersign: ${path} was open to other users of this machine (${octal(stats)}). Now only you get in (${octal({ mode: stats.mode & 0o700 })}).\n`,
    )
  }
  for (const name of ours) await checked(join(path, name), 'may be gone')
}

/** Takes what the account keeps in its folder away from all other users: 0700 and 0600. For the process that owns the folder. */
export async function closeToOthers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (OURS.test(name)) await closeTree(join(folder, name))
}

async function closeTree(path: string): Promise<void> {
  const stats = await checked(path, 'may be gone')
  if (stats === undefined) return
  if (isOpen(stats)) await chmod(path, stats.mode & 0o700)
  if (stats.isDirectory()) for (const name of await readdir(path)) await closeTree(join(path, name))
}

/** What stands at a path, where it is the user's own and no symbolic link. */
export async function checked(path: string): Promise<Stats>
export async function checked(path: string, absence: 'may be gone'): Promise<Stats | undefined>
export async function checked(path: string, absence?: 'may be gone'): Promise<Stats | undefined> {
  const stats = await lstat(path).catch((cause: NodeJS.ErrnoException) => {
    if (absence !== undefined && cause.code === 'ENOENT') return undefined
    throw unsafe(path, `it cannot be looked at (${cause.code})`, cause)
  })
  if (stats?.isSymbolicLink()) throw unsafe(path, 'it is a symbolic link')
  if (stats !== undefined && !isMine(stats)) throw unsafe(path, `it belongs to another user (uid ${stats.uid})`)
  return stats
}

/** Windows has no user ids: there the rights of the folder above count. */
export function isMine({ uid }: Pick<Stats, 'uid'>): boolean {
  return process.getuid === undefined || uid === process.getuid()
}

/** On Windows modes say nothing of other users. */
export function isOpen({ mode }: Pick<Stats, 'mode'>): boolean {
  return process.platform !== 'win32' && (mode & OTHERS) !== 0
}

export function unsafe(path: string, why: string, cause?: unknown): ResponderError {
  return new ResponderError('folder.unsafe', `${path} is not used: ${why}; name a folder of your own with --data`, { cause })
}

function octal({ mode }: Pick<Stats, 'mode'>): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}
