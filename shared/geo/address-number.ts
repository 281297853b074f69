/** Converts an IPv4 address to a 32-bit number. The text must be a valid address. */
export function numberOfV4(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}

/** Converts the upper 64 bits of an IPv6 address to a number. The text must be a valid address. */
export function numberOfV6(address: string): bigint {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const before = groupsOf(head)
  const after = tail === undefined ? [] : groupsOf(tail)
  const groups = [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after]
  return groups.slice(0, 4).reduce((number, group) => (number << 16n) | BigInt(group), 0n)
}

/** Splits a part of an IPv6 address into 16-bit groups; an embedded IPv4 address gives two. */
function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const number = numberOfV4(group)
    return [Math.floor(number / 65_536), number % 65_536]
  })
}
