import { isCalled } from '../../shared/domain/listed-holder.ts'
import { printable } from '../../shared/domain/printable.ts'
import type { StoredReach } from '../../shared/domain/stored-reach.ts'
import { ResponderError } from '../../shared/errors.ts'
import { jsonText } from '../render/json-text.ts'
import { renderStoredReach, renderStoredReaches } from '../render/stored-reach.ts'
import type { Target } from '../target.ts'

export interface StoredReachOptions {
  /** An ARN, or a name that only one has. */
  readonly identity: string | undefined
  /** Another account than that of the stack. */
  readonly account: string | undefined
  readonly isJson: boolean
  /** That of the terminal. */
  readonly width?: number | undefined
  readonly complain: (line: string) => void
}

/** What the inventory of a stack found that identities could break, the gravest first, with what changed lately. */
export async function storedReach({ reach }: Target, { identity, account, isJson, complain, width }: StoredReachOptions): Promise<string> {
  if (reach === undefined) throw new ResponderError('usage', 'this account has no inventory; --file reads one from a file')
  const all: StoredReach[] = []
  const unread = (key: string) => complain(`countersign: ${key} cannot be read; the next inventory writes it anew`)
  for await (const one of reach.store.list(account ?? reach.account, unread)) all.push(one)
  if (all.length === 0)
    throw new ResponderError(
      'usage',
      reach.account === ''
        ? 'no policies are known here: replay with --account, or name a file with --file'
        : `no inventory of account ${account ?? reach.account} is stored; it is taken every night, and when the function inventory is invoked`,
    )
  const chosen = identity === undefined ? all : [identityIn(all, identity)]
  const found = chosen.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
  if (isJson) return found.map(({ id, score, ...rest }) => jsonText({ id, reach: score, ...rest })).join('\n')
  const [only] = found
  return identity !== undefined && only !== undefined ? renderStoredReach(only, width) : renderStoredReaches(found, width)
}

function identityIn(all: readonly StoredReach[], identity: string): StoredReach {
  const found = all.filter(({ id }) => isCalled(id, identity))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const why =
    only === undefined
      ? 'the inventory has none'
      : `it has ${found.length}: name one by its ARN, ${found.map(({ id }) => printable(id, 200)).join(' or ')}`
  throw new ResponderError('usage', `no one identity is called ${jsonText(identity)}: ${why}`)
}
