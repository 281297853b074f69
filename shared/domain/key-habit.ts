import { DAY_MS } from './time.ts'

/** A baseline, and the habit of a key, is mature after a week and 50 calls; before that it says less about what is new. */
export const MATURE_DAYS = 7
export const MATURE_CALLS = 50

/** Where and with what one long-lived key is used. `firstSeen` is epoch milliseconds. */
export interface KeyHabit {
  readonly firstSeen: number
  readonly calls: number
  readonly networks: readonly string[]
  readonly agents: readonly string[]
}

/** The most keys remembered for one user: IAM allows two at a time, and the third is one that was replaced. */
const KEYS_LIMIT = 3
const KEY_NETWORKS_LIMIT = 8
const KEY_AGENTS_LIMIT = 4

/** True where a key has been used for a week and for 50 calls. `lastSeen` is the newest call of its identity (epoch ms). */
export function isKeyMature({ firstSeen, calls }: KeyHabit, { lastSeen }: { readonly lastSeen: number }): boolean {
  return calls >= MATURE_CALLS && lastSeen - firstSeen >= MATURE_DAYS * DAY_MS
}

/** One use of a key. `network` and `agent` are undefined where they are not known, or still new to the key's identity. */
export interface KeyUse {
  readonly keyId: string
  readonly time: number
  readonly network: string | undefined
  readonly agent: string | undefined
}

/** Learns one use of a key. Where there would be too many keys, the one that was learned first is forgotten. */
export function learnKey(keys: Map<string, KeyHabit>, { keyId, time, network, agent }: KeyUse): void {
  const known = keys.get(keyId)
  if (known === undefined && keys.size >= KEYS_LIMIT) keys.delete(keys.keys().next().value as string)
  keys.set(keyId, {
    firstSeen: Math.min(known?.firstSeen ?? time, time),
    calls: (known?.calls ?? 0) + 1,
    networks: withValue(known?.networks ?? [], network, KEY_NETWORKS_LIMIT),
    agents: withValue(known?.agents ?? [], agent, KEY_AGENTS_LIMIT),
  })
}

function withValue(known: readonly string[], value: string | undefined, limit: number): readonly string[] {
  return value === undefined || known.includes(value) ? known : [...known, value].slice(-limit)
}
