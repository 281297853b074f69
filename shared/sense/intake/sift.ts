import { findBedrockKeys } from './bedrock-key.ts'
import { findIds, type IdSpan } from './find-ids.ts'
import { findSecrets, type SecretSpan } from './find-secrets.ts'
import { type Meter, plainCodes } from './plain-codes.ts'

/** A credential that a text names. `hasSecret`: its secret stands with it, by its form. */
export interface Sifted {
  readonly credentialId: string
  readonly hasSecret: boolean
}

/** The most credentials that are read from one text. One in which as many are found may name more. */
export const SIFT_LIMIT = 256

/** What every credential begins with. A text without it is passed over at once. */
const PREFIX = /A(?:KIA|SIA|BIA|CCA|BSK)/

/** How far a secret may be from its id, in characters. Where the word `secret` stands before it, it may be further. */
const [NEAR, NEAR_BY_NAME] = [300, 4096]

/**
 * Finds the ids of credentials in a text from outside, and whether the secret stands with each. It keeps nothing else of the text: it returns ids such as
 * `AKIA…`, and of a Bedrock API key its name, because its text is the secret. Each is returned once, at most `SIFT_LIMIT` of them.
 *
 * Escapes of JSON, addresses and HTML are resolved, and markup may split an id. What is encoded in another way, such as base64, is not read. Work and memory
 * grow with the length of the text and no faster.
 */
export function sift(text: string, meter: Meter = { steps: 0 }): Sifted[] {
  if (!PREFIX.test(text)) return []
  const codes = plainCodes(text, meter)
  const ids = findIds(codes, meter)
  const secrets = findSecrets(codes, ids, meter)
  const named = secrets.filter(({ isNamed }) => isNamed)
  const found = new Map<string, boolean>()
  const add = (id: string, hasSecret: boolean) => {
    if (found.has(id) || found.size < SIFT_LIMIT) found.set(id, found.get(id) === true || hasSecret)
  }
  for (const span of ids) add(span.id, isNear(span, secrets, NEAR, meter) || isNear(span, named, NEAR_BY_NAME, meter))
  for (const name of findBedrockKeys(codes, meter)) add(name, true)
  return [...found].map(([credentialId, hasSecret]) => ({ credentialId, hasSecret }))
}

/** True where the last secret before the id or the first behind it is no further away than `reach`. */
function isNear({ start, end }: IdSpan, secrets: readonly SecretSpan[], reach: number, meter: Meter): boolean {
  let [low, high] = [0, secrets.length]
  while (low < high) {
    const middle = (low + high) >> 1
    meter.steps += 1
    if ((secrets[middle]?.start ?? 0) < end) low = middle + 1
    else high = middle
  }
  const [before, behind] = [secrets[low - 1], secrets[low]]
  return (before !== undefined && start - before.end <= reach) || (behind !== undefined && behind.start - end <= reach)
}
