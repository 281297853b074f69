/** Names as a part of a sentence: `a`, `a and b`, `a, b and c`; of more than `most` of them the first, and how many more there are: `a, b, c and 2 more`. */
export function listing(names: readonly string[], most = names.length): string {
  const more = names.length - most
  const all = more > 0 ? [...names.slice(0, most), `${more} more`] : names
  return all.length < 2 ? all.join() : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}
