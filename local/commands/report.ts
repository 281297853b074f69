import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { timeGiven } from '../../shared/domain/record-time.ts'
import type { StoryInput } from '../../shared/domain/story/story.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { ResponderError, UnreadableItem } from '../../shared/errors.ts'
import { type CallTotals, NO_CALLS, withCalls } from '../../shared/learn/measure/call-totals.ts'
import type { Period } from '../../shared/learn/measure/measure.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { commandOn } from '../command-name.ts'
import { measured } from '../measured.ts'
import { shown } from '../page/document.ts'
import { openFirst, periodPage, summaryOf } from '../page/period-page.ts'
import { jsonText } from '../render/json-text.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'
import { writeOut } from '../write-out.ts'

/** The most incidents whose story is told on the page; the figures count all of them. */
const TOLD = 100

/** Timelines that are read at the same time: a deployed table answers in parallel. */
const AT_ONCE = 16

/** Reports a period as a self-contained page or one JSON object. Returns what to print. */
export async function report(
  target: Target,
  { period, out, isJson }: { period: Period; out: string | undefined; isJson: boolean },
): Promise<string> {
  if (out === undefined && !isJson) throw new ResponderError('usage', 'give --out report.html for a page, or --json for one JSON object')
  const measures = await measured(target, period, tellUnreadable)
  const { told, calls } = await timelinesOf(openFirst(measures.incidents), target)
  if (out !== undefined) {
    const listCommand = commandOn(target, 'incidents list --all --json')
    await writeOut(out, await periodPage({ measures, calls, told, name: target.name, listCommand }))
  }
  if (isJson) {
    const { incidents, ...rest } = measures
    return jsonText({ ...rest, calls, incidents: incidents.map(({ id }) => id) })
  }
  return `${summaryOf(measures)}\nWritten to ${out}.`
}

/** A point in time as people give it: days back such as \`30d\`, or ISO 8601. Epoch milliseconds. */
export function sinceOf(text: string, now: number): number {
  const [, days] = text.match(/^(\d{1,4})d$/) ?? []
  const time = days === undefined ? timeGiven(text) : now - Number(days) * DAY_MS
  if (time === undefined)
    throw new ResponderError('usage', `give a number of days such as 30d, or a time in ISO 8601; got "${shown(text, 60)}"`)
  return time
}

/** The calls of all incidents, and the timelines and chains of the first ones, as their stories need them. */
async function timelinesOf(
  incidents: readonly Incident[],
  target: Pick<Target, 'incidents' | 'record'>,
): Promise<{ readonly told: readonly StoryInput[]; readonly calls: CallTotals }> {
  const told: StoryInput[] = []
  let calls = NO_CALLS
  for (let at = 0; at < incidents.length; at += AT_ONCE) {
    const some = incidents.slice(at, at + AT_ONCE)
    const timelines = await Promise.all(some.map(({ id }) => signalsOf(id, target)))
    for (const [index, incident] of some.entries()) {
      const signals = timelines[index]
      calls = withCalls(calls, incident, signals ?? [])
      if (told.length < TOLD) told.push({ incident, signals, changes: await target.record.list(incidentSubject(incident.id)) })
    }
  }
  return { told, calls }
}

/** The timeline of an incident; undefined where it cannot be read, which people are told. */
async function signalsOf(id: string, { incidents }: Pick<Target, 'incidents'>): Promise<readonly IncidentSignal[] | undefined> {
  try {
    return await incidents.signals(id, tellUnreadable)
  } catch (cause) {
    if (!(cause instanceof UnreadableItem)) throw cause
    tellUnreadable(cause)
    return undefined
  }
}
