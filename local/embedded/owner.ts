import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { link, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { isMine, isOpen, unsafe } from './folder-rights.ts'
import { processNamed, stateOf } from './running-process.ts'

/** The process that owns a data folder, as its lock file says. */
const Owner = z.strictObject({
  v: z.literal(1),
  id: z.uuid(),
  pid: z.int().positive(),
  started: z.string().max(100),
  machine: z.string().max(400),
  /** Device and inode of the folder: in a copy of the folder the lock counts for nothing. */
  folder: z.string().max(60),
  since: z.iso.datetime(),
  command: z.string().regex(/^[a-z-]{1,30}$/),
  /** Where other commands reach it; null where it serves nobody. */
  socket: z.string().max(200).nullable(),
  isReleased: z.boolean(),
})
export type Owner = z.infer<typeof Owner>

/** A folder that this process owns until it releases it. */
export interface Claim {
  readonly owner: Owner
  release(): Promise<void>
}

export type Claiming =
  | { readonly kind: 'owned'; readonly claim: Claim }
  | { readonly kind: 'taken'; readonly owner: Owner; readonly isSure: boolean }

const LOCK = /^owner-(\d{6,12})\.json$/

/** A lock file is about 400 bytes; what is longer is none. */
const LOCK_BYTES = 4096

/** How often other processes may be first. */
const ATTEMPTS = 20

/**
 * Makes this process the owner of a folder, unless another one that still runs is. `socket` is where it is going to be reached.
 *
 * Each claim is a lock file of its own, `owner-NNNNNN.json`, of which the highest number counts. A claim takes the number after a released or
 * dead one by `link`, which fails where the number is taken, so of several processes exactly one succeeds; numbers only grow, so a slow
 * process cannot undo what a fast one did meanwhile, as it could by deleting one stale file.
 */
export async function claimFolder(folder: string, socket: string | null): Promise<Claiming> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const last = await lastOwner(folder)
    if (last === 'gone') continue
    if (last !== undefined && !last.owner.isReleased && last.owner.folder === (await identityOf(folder))) {
      const state = await stateOf(last.owner)
      if (state !== 'ended') return { kind: 'taken', owner: last.owner, isSure: state === 'running' }
    }
    const claim = await claimNumber(folder, (last?.number ?? 0) + 1, socket)
    if (claim !== undefined) return { kind: 'owned', claim }
  }
  throw unsafe(folder, `other processes took its lock ${ATTEMPTS} times in a row`)
}

async function claimNumber(folder: string, number: number, socket: string | null): Promise<Claim | undefined> {
  const self = await processNamed(process.pid)
  if (self === undefined) throw unsafe(folder, 'this process cannot tell when it started')
  const owner: Owner = {
    v: 1,
    id: randomUUID(),
    ...self,
    folder: await identityOf(folder),
    since: new Date().toISOString(),
    command: commandWord(),
    socket,
    isReleased: false,
  }
  const file = fileOf(folder, number)
  if (!(await putNew(folder, file, owner))) return undefined
  const numbers = await numbersIn(folder)
  if (numbers.at(-1) !== number) {
    await rm(file)
    return undefined
  }
  // The one before stays: who lists the folder at this moment sees it or the new one.
  for (const old of numbers) if (old < number - 1) await rm(fileOf(folder, old), { force: true })
  return { owner, release: () => replace(folder, file, { ...owner, isReleased: true }) }
}

/** The lock with the highest number; `gone` where it was deleted while it was looked at. */
async function lastOwner(folder: string): Promise<{ number: number; owner: Owner } | 'gone' | undefined> {
  const number = (await numbersIn(folder)).at(-1)
  if (number === undefined) return undefined
  const file = fileOf(folder, number)
  const text = await readLock(file)
  if (text === undefined) return 'gone'
  const owner = Owner.safeParse(jsonOf(text))
  if (!owner.success)
    throw unsafe(file, 'it is no lock file that this release knows. Where no countersign uses the folder, look who wrote it and delete it')
  return { number, owner: owner.data }
}

/** Waits for nothing and follows nothing: a pipe, a device or a link that somebody planted is refused. */
async function readLock(file: string): Promise<string | undefined> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw unsafe(file, `it cannot be read (${cause.code})`, cause)
  })
  if (handle === undefined) return undefined
  try {
    const stats = await handle.stat()
    if (!stats.isFile() || !isMine(stats) || isOpen(stats)) throw unsafe(file, 'another user may have written it')
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOCK_BYTES), 0, LOCK_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Whole or not at all, and never over another: false where the file is there. */
async function putNew(folder: string, file: string, owner: Owner): Promise<boolean> {
  const draft = await writeDraft(folder, owner)
  try {
    await link(draft, file)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cause
  } finally {
    await rm(draft, { force: true })
  }
}

async function replace(folder: string, file: string, owner: Owner): Promise<void> {
  await rename(await writeDraft(folder, owner), file)
}

async function writeDraft(folder: string, owner: Owner): Promise<string> {
  const draft = join(folder, `owner-${randomUUID()}.new`)
  await writeFile(draft, `${JSON.stringify(owner)}\n`, { mode: 0o600, flag: 'wx' })
  return draft
}

async function numbersIn(folder: string): Promise<number[]> {
  const names = await readdir(folder)
  return names
    .flatMap((name) => LOCK.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

const fileOf = (folder: string, number: number) => join(folder, `owner-${String(number).padStart(6, '0')}.json`)

async function identityOf(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true })
  return `${dev}:${ino}`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The command that this process runs, for whoever meets its lock. */
function commandWord(): string {
  const word = process.argv[2] ?? ''
  return /^[a-z-]{1,30}$/.test(word) ? word : 'countersign'
}
