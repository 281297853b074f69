import type { Labelled } from '../../evaluate/labelled.ts'
import { DAY } from '../story.ts'
import { Account, type Written } from './account.ts'
import { isWeekend, type Kind } from './kind.ts'
import { KINDS } from './kinds.ts'
import type { Label } from './step.ts'

/** A labelled record, as `eval` reads it. `irreversible` is set on the first malicious call of a case that nothing undoes. */
export type DayLine = Pick<Labelled, 'id' | 'case' | 'source' | 'event'> & {
  readonly label: Label
  readonly technique?: string
  readonly irreversible?: true
}

/** Whether the account of a case has weeks behind it. */
const VARIANTS = ['nohistory', 'history'] as const
type Variant = (typeof VARIANTS)[number]

/** The sources that lines are of: `synthetic-benign-history` and so on. */
export const SOURCES = (['benign', 'malicious'] as const).flatMap((label) => VARIANTS.map((variant) => sourceOf(label, variant)))

/** Writes each kind of day twice, without and with weeks of history of its account. The same seed gives the same lines. */
export function* synthesiseDays(seed: number, kinds: readonly Kind[] = KINDS): Generator<DayLine> {
  for (const variant of VARIANTS) for (const kind of kinds) yield* linesOf(kind, { seed, variant })
}

function sourceOf(label: Label, variant: Variant): string {
  return `synthetic-${label}-${variant}`
}

function* linesOf(kind: Kind, { seed, variant }: { seed: number; variant: Variant }): Generator<DayLine> {
  const source = sourceOf(kind.label, variant)
  let isBefore = true
  for (const [index, { label, isIrreversible, record }] of writtenOf(kind, { seed, variant }).entries()) {
    const irreversible = isIrreversible && isBefore && label === 'malicious'
    if (irreversible) isBefore = false
    yield {
      id: `${source}/${kind.name}/${index}`,
      case: kind.name,
      source,
      label,
      ...(label === 'malicious' && kind.technique !== undefined ? { technique: kind.technique } : {}),
      ...(irreversible ? { irreversible } : {}),
      event: record,
    }
  }
}

/** The records of a case in the order of their times. */
function writtenOf(kind: Kind, { seed, variant }: { seed: number; variant: Variant }): Written[] {
  const account = new Account(seedOf(`${seed} ${kind.name} ${variant}`), kind.label === 'benign')
  const { everyDay, lastDay } = kind.plan(account)
  const past = variant === 'history' ? account.random.whole(15, 30) : 0
  const days = past + (kind.days ?? 1)
  for (let day = days - 1; day >= 0; day--) for (const routine of everyDay) routine(account.lastDay - day * DAY)
  lastDay(account.lastDay)
  // The owner's work goes on after an intrusion, up to the end of the next working day.
  if (kind.label === 'malicious')
    for (let after = account.lastDay + DAY; ; after += DAY) {
      for (const routine of everyDay) routine(after)
      if (!isWeekend(after)) break
    }
  return account.written.sort((a, b) => a.time - b.time)
}

/** A number for a text, by FNV-1a: cases of one seed have nothing in common. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}
