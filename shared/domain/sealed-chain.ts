import { createHash } from 'node:crypto'
import { UnreadableItem } from '../errors.ts'
import { type ChainHead, type Change, chain, linkFault } from './change.ts'
import { checkChange } from './migrations/change.ts'
import { readSeal, SEAL_SUBJECT, type Seal } from './seal.ts'

/**
 * What an object of the vault is in the chain of seals, with its entry there. `stray`: a seal that does not follow the one before it. `unreadable`: no
 * seal; its entry is undefined where the seal before it is not known.
 */
export type StoredSeal =
  | { readonly kind: 'seal' | 'stray'; readonly entry: Change; readonly seal: Seal }
  | { readonly kind: 'unreadable'; readonly entry: Change | undefined; readonly seal: undefined }

/**
 * The place of a stored text in the chain of seals. `before` is the seal before it, undefined where that one is not known: then what the text says of it
 * counts.
 *
 * The vault is locked, so what was stored there and is no seal stays. Its own entry counts where that one can be read and follows; otherwise an entry
 * with the hash of the text stands in for it. Both can be found again from the vault alone, so that the next seal can follow and be checked.
 * Throws `UnreadableItem` for a seal of a newer release.
 */
export function storedSealIn(text: string, number: number, before: ChainHead | undefined): StoredSeal {
  const seal = readSeal(text)
  // The copy of a seal under another number is none.
  if (seal?.entry.number === number) return { kind: follows(seal.entry, number, before) ? 'seal' : 'stray', entry: seal.entry, seal }
  if (before === undefined) return { kind: 'unreadable', entry: undefined, seal: undefined }
  const own = entryIn(text)
  const entry = own !== undefined && follows(own, number, before) ? own : standIn(text, before)
  return { kind: 'unreadable', entry, seal: undefined }
}

function follows(entry: Change, number: number, before: ChainHead = { number: number - 1, hash: entry.previous }): boolean {
  return linkFault(SEAL_SUBJECT, before, entry) === undefined
}

/** The entry in the first line of a text that is no whole seal. */
function entryIn(text: string): Change | undefined {
  try {
    const entry: unknown = JSON.parse(text.split('\n', 1)[0] ?? '')
    checkChange(entry, SEAL_SUBJECT)
    return entry
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof UnreadableItem) return undefined
    throw cause
  }
}

/** The version of the first release that made entries like this. Every release has to make the same of the same text: its hash is in the seal that follows. */
const STAND_IN_VERSION = 2

function standIn(text: string, before: ChainHead): Change {
  const draft = {
    at: new Date(0).toISOString(),
    actor: 'countersign:seal',
    kind: 'seal',
    target: 'record',
    from: null,
    to: { unreadable: createHash('sha256').update(text).digest('hex') },
    why: 'what is stored under this number is not the seal that follows',
  } as const
  return chain(SEAL_SUBJECT, before, draft, STAND_IN_VERSION)
}
