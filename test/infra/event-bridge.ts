type Json = Readonly<Record<string, unknown>>

/** EventBridge's matching, for the operators that these patterns use: exact, prefix, suffix, wildcard, exists, anything-but (of each) and $or. */
export function matches(pattern: Json, event: Json): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or') return (wanted as Json[]).some((one) => matches(one, event))
    const value = event[key]
    if (!Array.isArray(wanted)) return matches(wanted as Json, (typeof value === 'object' && value !== null ? value : {}) as Json)
    return wanted.some((condition) => fits(condition, value))
  })
}

function fits(condition: unknown, value: unknown): boolean {
  if (typeof condition !== 'object' || condition === null) return value === condition
  const { prefix, suffix, wildcard, exists, ...rest } = condition as {
    prefix?: string
    suffix?: string
    wildcard?: string
    exists?: boolean
    'anything-but'?: unknown
  }
  if (exists !== undefined) return (value !== undefined) === exists
  if (value === undefined) return false
  if (prefix !== undefined) return typeof value === 'string' && value.startsWith(prefix)
  if (suffix !== undefined) return typeof value === 'string' && value.endsWith(suffix)
  if (wildcard !== undefined) return typeof value === 'string' && fitsWildcard(wildcard, value)
  const but = rest['anything-but']
  if (Array.isArray(but)) return !but.includes(value)
  return !fits(but, value)
}

function fitsWildcard(wildcard: string, value: string): boolean {
  const parts = wildcard.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(value)
}
