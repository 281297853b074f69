/** The characters that the names of calls may take in one pattern. EventBridge takes 2,048 in all, and the rest of a pattern has 950 at most. */
const NAMES_LIMIT = 1_080

interface NameList {
  readonly eventSource: readonly string[]
  readonly eventName: readonly unknown[]
}

/**
 * Divides lists of named calls into as many groups as the limit of EventBridge asks for, and writes each group as a part of `detail`. Each list goes into the
 * first group that has room, the longest first.
 */
export function namedGroups(lists: readonly NameList[]): object[] {
  const groups: NameList[][] = []
  const short = lists.flatMap(shortened)
  for (const list of short.sort((a, b) => lengthOf([b]) - lengthOf([a]))) {
    const group = groups.find((one) => lengthOf([...one, list]) <= NAMES_LIMIT)
    if (group === undefined) groups.push([list])
    else group.push(list)
  }
  // EventBridge takes an $or of two members or more.
  return groups.map((group) => (group.length === 1 ? (group[0] as NameList) : { $or: group }))
}

/** A list that is too long for one pattern, in halves. */
function shortened(list: NameList): NameList[] {
  if (lengthOf([list]) <= NAMES_LIMIT) return [list]
  const { eventSource, eventName } = list
  const middle = Math.ceil(eventName.length / 2)
  return [eventName.slice(0, middle), eventName.slice(middle)].flatMap((part) => shortened({ eventSource, eventName: part }))
}

function lengthOf(group: readonly object[]): number {
  return JSON.stringify(group).length
}
