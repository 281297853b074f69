import { conditionMatcher } from '../../shared/detect/rules/match-condition.ts'
import { RecordView } from '../../shared/detect/rules/record-view.ts'
import type { CompiledRule } from '../../shared/detect/rules/sigma/compile-rule.ts'

/** How ours and the other engine compare: pairs of a rule and a record. */
export interface Compared {
  readonly pairs: number
  /** Pairs that both say match. */
  readonly both: number
  /** Rules of which at least one pair matches, by both. */
  readonly rulesThatMatch: number
  readonly explained: ReadonlyMap<string, number>
  readonly unexplained: readonly { readonly rule: string; readonly record: number; readonly ours: boolean }[]
}

/** What the other engine does otherwise by its design: a record as that engine has it. A difference is explained where ours says the same of such a record. */
const DEVIATIONS: Readonly<Record<string, (record: object) => object>> = {
  'a list is its JSON text, where ours compares each member': (record) => listsAsText(record) as object,
  "a text is not equal to a number ('22' and 22), as ours takes it, because exports write both": (record) =>
    withoutNumbers(record) as object,
}

function listsAsText(value: unknown): unknown {
  if (Array.isArray(value)) return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, listsAsText(member)]))
}

function withoutNumbers(value: unknown): unknown {
  if (typeof value === 'number') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutNumbers)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutNumbers(member)]))
}

/** Compares what both say of each rule and record. `theirs` has the numbers of the records that match, by rule. */
export function compare(rules: readonly CompiledRule[], records: readonly object[], theirs: readonly ReadonlySet<number>[]): Compared {
  const views = records.map((record) => new RecordView(record as Record<string, unknown>))
  const explained = new Map<string, number>()
  const unexplained: { rule: string; record: number; ours: boolean }[] = []
  let [both, rulesThatMatch] = [0, 0]
  for (const [at, { detector, condition }] of rules.entries()) {
    const holds = conditionMatcher(condition)
    const other = theirs[at] as ReadonlySet<number>
    let alike = 0
    for (const [record, view] of views.entries()) {
      const ours = holds(view)
      if (ours && other.has(record)) alike += 1
      if (ours === other.has(record)) continue
      const why = Object.entries(DEVIATIONS).find(
        ([, changed]) => holds(new RecordView(changed(records[record] as object) as Record<string, unknown>)) === other.has(record),
      )?.[0]
      if (why === undefined) unexplained.push({ rule: detector, record, ours })
      else explained.set(why, (explained.get(why) ?? 0) + 1)
    }
    both += alike
    if (alike > 0) rulesThatMatch += 1
  }
  return { pairs: rules.length * records.length, both, rulesThatMatch, explained, unexplained }
}
