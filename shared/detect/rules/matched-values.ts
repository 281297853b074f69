import { printable } from '../../domain/printable.ts'
import { isSecretField } from '../secret-field.ts'
import type { Condition, Test } from './condition.ts'
import { testMatcher } from './match-condition.ts'
import { type RecordView, WHOLE_PARTS } from './record-view.ts'
import { REGEX_TEXT_LIMIT } from './regex-program.ts'

/** The most values that are named, and the longest of them, in characters: the reason of a finding has room for 120. */
const VALUES_LIMIT = 3
const VALUE_LIMIT = 64

/** What is said of the call in any case. */
const OF_THE_CALL: ReadonlySet<string> = new Set(['eventName', 'eventSource'])

/** Says of a record that a rule matches which values of it the rule asks for, such as `policyArn arn:aws:iam::aws:policy/AdministratorAccess`. */
export type Explainer = (view: RecordView) => string

/** A function of a condition, made once for all records. What the condition denies, and the name of the call, are not said again. */
export function explainerOf(condition: Condition): Explainer {
  const collect = collectorOf(condition)
  return (view) => {
    const found = new Map<string, string>()
    collect(view, found)
    return [...found].map(([name, value]) => `${name}${value}`).join(', ')
  }
}

/** Adds what of a record fits a part of the condition, and says whether the part holds. */
type Collector = (view: RecordView, found: Map<string, string>) => boolean

function collectorOf(condition: Condition): Collector {
  switch (condition.kind) {
    case 'all': {
      const parts = condition.of.map(collectorOf)
      // A part that holds inside of one that does not says nothing of the match.
      return (view, found) => {
        const own = new Map<string, string>()
        if (!parts.every((collect) => collect(view, own))) return false
        addTo(found, own)
        return true
      }
    }
    case 'any': {
      const parts = condition.of.map(collectorOf)
      return (view, found) => parts.some((collect) => collect(view, found))
    }
    case 'not': {
      const collect = collectorOf(condition.of)
      return (view) => !collect(view, new Map())
    }
    case 'test':
      return testCollector(condition)
  }
}

function testCollector({ field, test }: Extract<Condition, { kind: 'test' }>): Collector {
  const holds = testMatcher(test)
  return (view, found) => {
    const values = field === undefined ? view.all() : view.at(field)
    let left = test.kind === 'regex' ? REGEX_TEXT_LIMIT : Number.POSITIVE_INFINITY
    for (const [at, text] of values.texts.entries()) {
      // As far as the matcher of the rule looks, and no further.
      if (left <= 0) return false
      left -= text.length
      if (!holds({ texts: [text], small: [values.small[at] ?? ''] }, view)) continue
      if (field === undefined) addTo(found, new Map([[keywordText(test), '']]))
      else if (!OF_THE_CALL.has(field))
        addTo(found, new Map([[labelOf(field), isShown(field, text) ? ` ${printable(text, VALUE_LIMIT)}` : '']]))
      return true
    }
    return false
  }
}

/**
 * True where a value may be shown. What callers hand over may be secret: so a part of the record as text, such as a list, an object or a document, is not shown, and no field
 * that is called like a secret.
 */
function isShown(field: string, text: string): boolean {
  if (WHOLE_PARTS.has(field) || /^\s*[[{]/.test(text)) return false
  return !field.split('.').some(isSecretField)
}

/** The last part of a field's path. */
function labelOf(field: string): string {
  return printable(field.slice(field.lastIndexOf('.') + 1), 40)
}

/** What a rule looks for in every value, in its own words: the value in which it stands may be anything. */
function keywordText(test: Test): string {
  if (test.kind !== 'text') return 'a keyword'
  const text = test.pattern.map((one) => (typeof one === 'string' ? one : one.wildcard)).join('')
  // A keyword is looked for anywhere in a value, so any text stands on both sides of it.
  return `keyword ${printable(text.replace(/^\*+|\*+$/g, ''), VALUE_LIMIT)}`
}

function addTo(found: Map<string, string>, more: ReadonlyMap<string, string>): void {
  for (const [name, value] of more) if (found.size < VALUES_LIMIT && !found.has(name)) found.set(name, value)
}
