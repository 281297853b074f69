import type { RuleMatch } from '../../domain/rule-match.ts'
import type { Rules } from '../../ports/rules.ts'
import { callsOf } from './calls-of.ts'
import { conditionMatcher, type Matcher } from './match-condition.ts'
import { type Explainer, explainerOf } from './matched-values.ts'
import type { PackedRule, PackedRules } from './packed-rule.ts'
import { RecordView } from './record-view.ts'

/** The most rules that count of one record: the strongest. Those of one call rest on one fact, and an identity's evidence has room for 16 findings. */
const MATCHES_LIMIT = 4

interface Ready {
  readonly match: Omit<RuleMatch, 'details'>
  readonly holds: Matcher
  /** Made when the rule first matches: most never do. */
  readonly explain: Explainer
}

/** Rules by the call that they can match, so that a record is compared with few of them. */
export function ruleSet({ rules }: Pick<PackedRules, 'rules'>): Rules {
  const byName = new Map<string, Ready[]>()
  const bySource = new Map<string, Ready[]>()
  const forAny: Ready[] = []
  for (const rule of rules.toSorted(byWeight)) {
    const ready = readyOf(rule)
    for (const { sources, names } of callsOf(rule.condition))
      if (names !== undefined) for (const name of names) addTo(byName, name, ready)
      else if (sources !== undefined) for (const source of sources) addTo(bySource, source, ready)
      else forAny.push(ready)
  }
  return {
    matching(record) {
      const view = new RecordView(record)
      let found: Ready[] | undefined
      for (const list of [byName.get(smallOf(record.eventName)), bySource.get(smallOf(record.eventSource)), forAny])
        for (const ready of list ?? NOBODY)
          if (ready.holds(view)) {
            found ??= []
            found.push(ready)
          }
      return found === undefined ? NONE : strongest(found).map(({ match, explain }) => ({ ...match, details: explain(view) }))
    },
  }
}

const NONE: readonly RuleMatch[] = []
const NOBODY: readonly Ready[] = []

/** Rules are tried in the order of their weights within each list. */
function strongest(found: readonly Ready[]): readonly Ready[] {
  const once = [...new Set(found)]
  return once.length === 1 ? once : once.sort((a, b) => byWeight(a.match, b.match)).slice(0, MATCHES_LIMIT)
}

function byWeight(a: Pick<RuleMatch, 'weight' | 'detector'>, b: Pick<RuleMatch, 'weight' | 'detector'>): number {
  return b.weight - a.weight || (a.detector < b.detector ? -1 : 1)
}

function readyOf({ condition, ...match }: PackedRule): Ready {
  let explainer: Explainer | undefined
  return {
    match,
    holds: conditionMatcher(condition),
    explain(view) {
      explainer ??= explainerOf(condition)
      return explainer(view)
    },
  }
}

function smallOf(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}

function addTo(lists: Map<string, Ready[]>, name: string, ready: Ready): void {
  const key = name.toLowerCase()
  const list = lists.get(key) ?? []
  if (!list.includes(ready)) list.push(ready)
  lists.set(key, list)
}
