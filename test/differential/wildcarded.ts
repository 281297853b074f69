import type { Random } from '../../local/synthetic/random.ts'

/**
 * A pattern made of a text: the text itself, `*`, or the text with wildcards in places of it, which mostly matches the text and sometimes just does not.
 * A wildcard seldom goes across the parts of an ARN. `isCaseFree`: letters change their case often, else seldom.
 */
export function wildcarded(random: Random, text: string, { isCaseFree = false }: { isCaseFree?: boolean }): string {
  if (random.chance(0.15)) return '*'
  let pattern = text
  if (random.chance(0.55)) for (let edits = random.whole(1, 2); edits > 0; edits -= 1) pattern = edited(random, pattern)
  return random.chance(isCaseFree ? 0.25 : 0.04) ? otherCase(random, pattern) : pattern
}

function edited(random: Random, pattern: string): string {
  const at = random.whole(0, pattern.length)
  const [before, after] = [pattern.slice(0, at), pattern.slice(at)]
  if (random.chance(0.3) && after !== '' && !after.startsWith(':')) return `${before}?${after.slice(1)}`
  if (random.chance(0.1)) return `${before}?${after}`
  if (random.chance(0.15)) return `${before}*${after}`
  const colon = after.indexOf(':')
  const most = colon < 0 || random.chance(0.06) ? after.length : colon
  return `${before}*${after.slice(random.chance(0.4) ? most : random.whole(0, most))}`
}

function otherCase(random: Random, text: string): string {
  return [...text].map((sign) => (random.chance(0.5) ? sign.toLowerCase() : sign.toUpperCase())).join('')
}
