import { nearest } from '../shared/domain/nearest.ts'
import { ResponderError } from '../shared/errors.ts'

/** The keys of the context that the app reads. */
const KEYS = ['countersign', 'forwarder', 'member', 'home']

/** One edit for as many letters of a key is a slip: `countersing` is one of `countersign`, and `name` is none of `home`. */
const LETTERS_PER_EDIT = 4

/**
 * Throws `config.invalid` where the context has a key that is spelled like one that the app reads, such as `countersing`: its value would be ignored, and the
 * stack would have other settings than were asked for. Every other key is somebody else's, such as CDK's own.
 */
export function requireKnownContext(context: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(context)) {
    const meant = keyMeant(key)
    if (meant !== undefined)
      throw new ResponderError(
        'config.invalid',
        `the context has the key ${JSON.stringify(key)}, which is not read; did you mean ${meant}? The keys that are read are ${KEYS.join(', ')}`,
      )
  }
}

function keyMeant(key: string): string | undefined {
  if (KEYS.includes(key)) return undefined
  const small = key.trim().toLowerCase()
  // A setting of its own, such as `countersign.readOnlyEvents`, stands in the value of the key.
  const outer = KEYS.find((known) => small.startsWith(`${known}.`) || small.startsWith(`${known}:`) || small.startsWith(`${known}/`))
  if (outer !== undefined) return outer
  const { word, edits } = nearest(small, KEYS)
  return edits <= Math.floor(word.length / LETTERS_PER_EDIT) ? word : undefined
}
