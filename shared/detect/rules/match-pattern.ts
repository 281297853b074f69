import type { Pattern } from './condition.ts'

/** A function that says whether a whole text fits a pattern. What is compared without regard to case has to be handed in in small letters. */
export function patternMatcher(pattern: Pattern, { isCased }: { readonly isCased: boolean }): (text: string) => boolean {
  const sections = sectionsOf(pattern, isCased)
  const [first = NOTHING, ...others] = sections
  const last = others.pop()
  if (last === undefined)
    return first.hasGaps ? (text) => text.length === first.length && fits(first, text, 0) : (text) => text === first.text
  return (text) => {
    if (text.length < first.length + last.length || !fits(first, text, 0)) return false
    let at = first.length
    for (const section of others) {
      at = find(section, text, at)
      if (at < 0) return false
      at += section.length
    }
    return at <= text.length - last.length && fits(last, text, text.length - last.length)
  }
}

/** What stands between two `*`. A gap is a place for any one character. */
interface Section {
  readonly text: string
  readonly length: number
  readonly hasGaps: boolean
  /** The parts between gaps, each with its place. */
  readonly parts: readonly { readonly at: number; readonly text: string }[]
}

const NOTHING: Section = { text: '', length: 0, hasGaps: false, parts: [] }

function sectionsOf(pattern: Pattern, isCased: boolean): Section[] {
  const sections: { at: number; text: string }[][] = [[]]
  const lengths = [0]
  for (const one of pattern) {
    const section = sections.at(-1) as { at: number; text: string }[]
    const length = lengths.at(-1) as number
    if (typeof one === 'string') {
      const text = isCased ? one : one.toLowerCase()
      section.push({ at: length, text })
      lengths[lengths.length - 1] = length + text.length
    } else if (one.wildcard === '?') lengths[lengths.length - 1] = length + 1
    else {
      sections.push([])
      lengths.push(0)
    }
  }
  return sections.map((parts, at) => {
    const length = lengths[at] as number
    const text = parts.map((part) => part.text).join('')
    return { text, length, hasGaps: text.length < length, parts }
  })
}

function fits({ hasGaps, text, parts }: Section, whole: string, at: number): boolean {
  if (!hasGaps) return whole.startsWith(text, at)
  return parts.every((part) => whole.startsWith(part.text, at + part.at))
}

/** The first place from `from` on where a section fits; -1 where it fits nowhere. */
function find(section: Section, whole: string, from: number): number {
  if (!section.hasGaps) return whole.indexOf(section.text, from)
  for (let at = from; at + section.length <= whole.length; at++) if (fits(section, whole, at)) return at
  return -1
}
