import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { ResponderError } from '../shared/errors.ts'
import type { Clock } from '../shared/ports/runtime.ts'
import { applyPolicy, parsePolicy } from '../shared/record/policy-in-force.ts'
import { REPLAYED_NOTE } from './data-folder.ts'
import { ACCOUNT_FILE, DATABASE_FOLDER, PREVIOUS_FOLDER, REPLAYED_FILE, SEAL_FOLDER } from './embedded/folder-rights.ts'
import { orRelease, ownFolder } from './embedded/own-folder.ts'
import { type Embedded, hasEmbedded, openOwned } from './embedded.ts'

/** A new account. `by` and `why` stand in the record beside its policy. */
export interface NewAccount {
  readonly picture: AuthorizationDetails
  readonly policy: unknown
  readonly clock: Clock
  readonly by: string
  readonly why: string
  /** True where it keeps a replay. Such an account takes the place of none. */
  readonly isReplayed?: true
}

/** Makes a new account in a folder. An account that is there moves to `previous`; other files are not changed. */
export async function createEmbedded(folder: string, { picture, policy, clock, by, why, isReplayed }: NewAccount): Promise<Embedded> {
  const claim = await ownFolder(folder)
  const embedded = await orRelease(claim, async () => {
    if (isReplayed && hasEmbedded(folder))
      throw new ResponderError(
        'usage',
        `${folder} has an account already, which a replay does not replace; name another folder with --data`,
      )
    const previous = await moveAway(folder)
    await rm(join(folder, DATABASE_FOLDER), { recursive: true, force: true })
    await rm(join(folder, REPLAYED_FILE), { force: true })
    if (isReplayed) await writeFile(join(folder, REPLAYED_FILE), `${REPLAYED_NOTE}\n`, { mode: 0o600 })
    await writeFile(join(folder, ACCOUNT_FILE), JSON.stringify(picture), { mode: 0o600 })
    return { ...(await openOwned(folder, clock, claim)), previous }
  })
  await applyPolicy(embedded.ports.record, { policy: parsePolicy(policy), by, why, at: new Date(clock.now()).toISOString() })
  return embedded
}

/** Moves the account of a folder to `previous` and deletes the one that is there, unless a process has that one open. */
async function moveAway(folder: string): Promise<string | undefined> {
  if (!hasEmbedded(folder)) return undefined
  const previous = join(folder, PREVIOUS_FOLDER)
  const claim = await ownFolder(previous)
  await orRelease(claim, () => rm(previous, { recursive: true, force: true }))
  await mkdir(previous, { mode: 0o700 })
  for (const name of [DATABASE_FOLDER, SEAL_FOLDER, REPLAYED_FILE, ACCOUNT_FILE])
    if (existsSync(join(folder, name))) await rename(join(folder, name), join(previous, name))
  return previous
}
