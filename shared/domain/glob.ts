/** True where a pattern matches a whole text: `*` matches any run of characters, every other character only itself. Runs in linear time. */
export function globs(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const first = parts[0] as string
  if (parts.length === 1) return pattern === text
  const last = parts.at(-1) as string
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  const end = text.length - last.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/**
 * True where a pattern of an IAM policy matches a whole text: `*` matches any run of characters, `?` exactly one. Runs in the product of both
 * lengths at most, because only the last `*` is tried again.
 */
export function iamGlobs(pattern: string, text: string): boolean {
  let [at, from] = [0, 0]
  let star = -1
  let resumeAt = 0
  while (from < text.length) {
    const sign = pattern[at]
    if (sign === '*') {
      star = at
      at += 1
      resumeAt = from
    } else if (sign === '?' || (sign !== undefined && sign === text[from])) {
      at += 1
      from += 1
    } else if (star >= 0) {
      resumeAt += 1
      at = star + 1
      from = resumeAt
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}
