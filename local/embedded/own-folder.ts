import { setTimeout } from 'node:timers/promises'
import { ResponderError } from '../../shared/errors.ts'
import { secureFolder } from './folder-rights.ts'
import { type Claim, claimFolder, type Owner } from './owner.ts'
import { type ReachedOwner, reachOwner } from './reach-owner.ts'
import { socketPathFor } from './serve-owner.ts'

/** Another process has the account open. The address of its console is a secret, so it stands beside the message and not in it. */
export class AccountBusy extends ResponderError {
  readonly console: string | null

  constructor(message: string, console: string | null) {
    super('account.busy', message)
    this.console = console
  }
}

export type Owned = { readonly kind: 'owned'; readonly claim: Claim }
export type Reached = { readonly kind: 'reached'; readonly owner: ReachedOwner }

/** How long a command waits for an owner that starts or ends: opening the account takes a second on a slow machine. */
const WAIT_MS = 5_000
const PAUSE_MS = 50

/** Commands that keep the account until a person ends them: nobody waits for those. */
const STAYING: ReadonlySet<string> = new Set(['start', 'console'])

/** Makes this process the owner of a folder. Throws `account.busy` where another process is. */
export async function ownFolder(folder: string): Promise<Claim> {
  const got = await ownOrReach(folder, ({ command }) => !STAYING.has(command))
  if (got.kind === 'owned') return got.claim
  got.owner.close()
  throw busy(folder, got.owner)
}

/** Makes this process the owner of a folder, or reaches the one that is; `waitsFor` says for which one it waits all the same. */
export async function ownOrReach(folder: string, waitsFor: (owner: Owner) => boolean = () => false): Promise<Owned | Reached> {
  await secureFolder(folder)
  const until = performance.now() + WAIT_MS
  for (;;) {
    const claiming = await claimFolder(folder, socketPathFor(folder))
    if (claiming.kind === 'owned') return claiming
    const { owner, isSure } = claiming
    const reached = await reachOwner(owner)
    const isOver = performance.now() > until
    if (reached !== undefined && (isOver || !waitsFor(owner))) return { kind: 'reached', owner: reached }
    reached?.close()
    if (isOver || (reached === undefined && owner.socket === null)) throw busy(folder, { owner, console: null }, isSure)
    await setTimeout(PAUSE_MS)
  }
}

/** One line: who has the folder, since when, and what to do. */
function busy(folder: string, { owner, console }: Pick<ReachedOwner, 'owner' | 'console'>, isSure = true): AccountBusy {
  const { command, pid, since } = owner
  const who = command === 'countersign' ? command : `\`countersign ${command}\``
  const next = isSure
    ? 'End it there, or name another folder: --data OTHER'
    : `It may be on another machine or in a container: where it has ended, delete ${folder}/owner-*.json`
  return new AccountBusy(`${folder} is in use by ${who}, process ${pid}, since ${since}. ${next}`, console)
}

/** Does what an owner does first, and gives the folder up where that fails. */
export async function orRelease<T>(claim: Claim, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    await claim.release().catch(() => {})
    throw cause
  }
}
