import type { Change } from '../change.ts'
import { goneText } from '../gone-text.ts'
import { type Incident, isClosed } from '../incident.ts'
import { standingSteps } from '../progress.ts'
import { measureOf } from '../reasons.ts'
import { joined, type Part, say } from './said.ts'
import { titleText } from './step-titles.ts'

/** The most steps that a sentence names. */
const STEPS = 4

/** What was done, when, and what was tried and is not confirmed, as whole sentences with the numbers of the entries of the record that say so. */
export function doneText(incident: Incident, changes: readonly Change[]): DoneText {
  const standing = standingSteps(changes)
  const made = madeText(incident, changes)
  const tried = UNDER_WAY.has(incident.state) ? [] : standing.filter(({ isDone }) => !isDone)
  if (tried.length === 0) return made ?? { parts: [nothingText(incident)], entries: [] }
  const shown = tried.slice(0, STEPS).map(({ title }) => titleText(title))
  const parts = say`Tried, and not confirmed: ${shown.join('; ')}${moreText(tried)}. It may be in place, and it may not.`
  return made === undefined ? { parts, entries: [] } : { parts: say`${made.parts} ${parts}`, entries: made.entries }
}

interface DoneText {
  readonly parts: Part[]
  readonly entries: readonly number[]
}

/** What is in place, or what became of all that was; undefined where no step was ever confirmed. */
function madeText(incident: Incident, changes: readonly Change[]): DoneText | undefined {
  const steps = standingSteps(changes).filter(({ isDone }) => isDone)
  const undone = changes.filter(({ kind }) => kind === 'step-undone')
  if (steps.length === 0 && undone.length > 0)
    return { parts: say`The ${measureOf(incident)} was taken back at ${clock(undone.at(-1)?.at ?? '')}.`, entries: numbersOf(undone) }
  const gone = goneText(changes)
  if (steps.length === 0) return gone === undefined ? undefined : { parts: say`What was set is no longer there: ${gone}.`, entries: [] }
  const byMinute = Map.groupBy(steps, ({ at }) => clock(at))
  let left = STEPS
  const said = [...byMinute].flatMap(([minute, at]) => {
    const shown = at.slice(0, Math.max(0, left)).map(({ title }) => titleText(title))
    left -= at.length
    return shown.length === 0 ? [] : [say`at ${minute} ${shown.join('; ')}`]
  })
  const done = changes.filter(({ kind, target }) => kind === 'step-done' && steps.some((step) => step.target === target))
  return { parts: say`Done: ${joined(said, '; ')}${moreText(steps)}.`, entries: numbersOf(done) }
}

/** ` and 3 more`, where there are more steps than a sentence names. */
function moreText({ length }: readonly unknown[]): string {
  return length > STEPS ? ` and ${length - STEPS} more` : ''
}

/** The states in which steps are being taken. */
const UNDER_WAY: ReadonlySet<Incident['state']> = new Set(['containing', 'restricting', 'releasing'])

function nothingText(incident: Incident): string {
  switch (incident.state) {
    case 'containing':
      return 'It is being contained now.'
    case 'restricting':
      return 'It is being restricted now.'
    default:
      return isClosed(incident) ? 'Nothing was changed.' : 'Nothing was changed: all its calls go on.'
  }
}

function numbersOf(changes: readonly Change[]): readonly number[] {
  return [...new Set(changes.map(({ number }) => number))]
}

/** The time of day of an entry, `12:13 UTC`. */
function clock(at: string): string {
  return `${at.slice(11, 16)} UTC`
}
