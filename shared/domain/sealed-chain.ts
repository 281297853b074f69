import { createHash } from 'node:crypto'
import { UnreadableItem } from '../errors.ts'
import { type ChainHead, type Change, chain, linkFault } from './change.ts'
import { checkChange } from './migrations/change.ts'
import { readSeal, SEAL_SUBJECT, type Seal } from './seal.ts'

/**
 * What an object of the vault is in the chain of seals: its entry there, undefined where it is not known, and the seal, where it is one and follows the
 * seal before it.
 */
export interface StoredSeal {
  readonly entry: Change | undefined
  readonly seal: Seal | undefined
}

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
  const entry = seal?.entry ?? entryIn(text)
  const known = before ?? (entry === undefined ? undefined : { number: number - 1, hash: entry.previous })
  if (entry !== undefined && known !== undefined && linkFault(SEAL_SUBJECT, known, entry) === undefined) return { entry, seal }
  return { entry: before === undefined ? undefined : standIn(text, before), seal: undefined }
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

/** Every release has to make the same of the same text: its hash is in the seal that follows. */
function standIn(text: string, before: ChainHead): Change {
  return chain(SEAL_SUBJECT, before, {
    at: new Date(0).toISOString(),
    actor: 'countersign:seal',
    kind: 'seal',
    target: 'record',
    from: null,
    to: { unreadable: createHash('sha256').update(text).digest('hex') },
    why: 'what is stored under this number is not the seal that follows',
  })
}
