import { BEDROCK_KEY_NAME } from '../../domain/exposure-report.ts'
import type { Meter } from './plain-codes.ts'
import { isSecretCode, isWordCode, textOfCodes } from './words.ts'

const PREFIX = [...'ABSK'].map((character) => character.charCodeAt(0))
const A = 65
/** The longest key that is read, in characters; the longest name takes 150 of them. */
const LONGEST = 512

/**
 * The names of Bedrock API keys of long life in a text: `ABSK` and base64 of `BedrockAPIKey-…-at-123456789012:` and the secret. The whole is the secret, and the name
 * is none: IAM shows it as the name of a service-specific credential.
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html
 */
export function findBedrockKeys(codes: Uint8Array, meter: Meter): string[] {
  const names: string[] = []
  for (let at = codes.indexOf(A); at !== -1; at = codes.indexOf(A, at + 1)) {
    meter.steps += 1
    if (isWordCode(codes[at - 1]) || !PREFIX.every((code, index) => codes[at + index] === code)) continue
    let end = at + PREFIX.length
    while (isSecretCode(codes[end]) && end - at < LONGEST) end += 1
    meter.steps += end - at
    const name = nameIn(textOfCodes(codes, at + PREFIX.length, end))
    if (name !== undefined) names.push(name)
    at = end - 1
  }
  return names
}

function nameIn(base64: string): string | undefined {
  const decoded = Buffer.from(base64, 'base64').toString('latin1')
  const name = decoded.slice(0, Math.max(0, decoded.indexOf(':')))
  // A slice would keep the whole, and with it the secret, in memory.
  return BEDROCK_KEY_NAME.test(name) ? Buffer.from(name, 'latin1').toString('latin1') : undefined
}
