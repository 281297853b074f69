/** What is read once for each key. */
export function once<T>(known: Map<string, T>, key: string, read: () => T): T {
  const found = known.get(key) ?? read()
  known.set(key, found)
  return found
}
