import { html } from 'hono/html'
import type { DetectorPrecision } from '../../shared/learn/drift.ts'
import type { Counted, CsfFunctions } from '../../shared/learn/measure/csf.ts'
import type { Durations } from '../../shared/learn/measure/durations.ts'
import type { Measures, Precision } from '../../shared/learn/measure/measure.ts'
import { drillsLeftOut } from '../render/drills.ts'
import { duration, moment } from '../render/style.ts'
import { chartOr } from './chart.ts'
import { figures, type Markup, shown, table } from './document.ts'

/** The most detectors that are listed, those with most incidents first, and the most revisions of the policy, latest last. */
const DETECTORS = 25
const REVISIONS = 50

/** The main figures of a period. */
export function measureFigures({ incidents, open, times, precision, advisor, byAction }: Measures): Markup {
  const fallbacks = Object.values(advisor.fallbacks).reduce((sum, count) => sum + count, 0)
  return figures([
    ['Incidents', incidents.length, `${open} still open`],
    ['Contained', times.contain.count, `${byAction.contain} decided`],
    ['Time to detect', lengthOf(times.detect.median), medianOf(times.detect)],
    ['Time to contain', lengthOf(times.contain.median), medianOf(times.contain)],
    ['Time to review', lengthOf(times.review.median), medianOf(times.review)],
    ['Precision', shareOf(precision.all), basisOf(precision.all)],
    ['Advisor', `${advisor.asked - fallbacks} of ${advisor.asked}`, 'questions with a valid answer in time'],
  ])
}

function medianOf({ count }: Durations): string {
  return count === 0 ? 'none yet' : `median of ${count}`
}

/** The most dots of a kind: of 1,000 incidents they would make most of a page, and lie on each other. */
const DOTS = 60

/** At most so many of a list, evenly from its first to its last. */
function evenly<T>(all: readonly T[]): readonly T[] {
  if (all.length <= DOTS) return all
  return Array.from({ length: DOTS }, (_, at) => all[Math.round((at * (all.length - 1)) / (DOTS - 1))] as T)
}

/** Times of detection, containment and review: a table, and a drawing with a dot per incident. */
export function timesSection({ times }: Measures): Markup {
  const rows = (
    [
      ['to detect: first finding → first decision ≥ ask', times.detect],
      ['to contain: deciding event → every credential out of use, read back', times.contain],
      ['to review: asked, restricted or contained → verdict of a person', times.review],
    ] as const
  ).map(([what, { count, median, ninetieth, worst }]) => [what, count, lengthOf(median), lengthOf(ninetieth), lengthOf(worst)])
  const columns = [
    { name: 'Time', kind: 'wide' },
    { name: 'Incidents', kind: 'number' },
    { name: 'Median', kind: 'number' },
    { name: '9 in 10 within', kind: 'number' },
    { name: 'Worst', kind: 'number' },
  ] as const
  const dots = (name: string, { points }: Durations, color: string) => ({
    name,
    type: 'scatter',
    color,
    symbolSize: 8,
    // A logarithmic axis has no zero: zero is drawn as one millisecond.
    data: evenly(points).map(({ at, milliseconds }) => [at, Math.max(1, milliseconds) / 1000]),
  })
  const most = Math.max(...Object.values(times).map(({ count }) => count))
  const part = most > DOTS ? `, ${DOTS} of them evenly` : ''
  const drawing = chartOr(
    'too few to draw; the table has them all.',
    {
      useUTC: true,
      legend: {},
      xAxis: { type: 'time', splitNumber: 4, axisLabel: { formatter: '{yyyy}-{MM}-{dd}', hideOverlap: true } },
      yAxis: { type: 'log', name: 'seconds' },
      series: [dots('detect', times.detect, '#4a7bd0'), dots('contain', times.contain, '#c4453b'), dots('review', times.review, '#8a6fc0')],
    },
    { title: `How long it took, incident by incident${part} (seconds, logarithmic)`, height: 280, least: 3 },
  )
  return html`<section aria-labelledby="times"><h2 id="times">Times</h2>${table(columns, rows, 'From event to verdict')}${drawing}</section>`
}

/** How often people's verdict was that it was an attack, and how often the advisor gave no answer. */
export function precisionSection({ precision, advisor, drills }: Measures): Markup {
  const rows = (
    [
      ['with the verdict of a person', precision.all],
      ['of these, contained before the verdict', precision.contained],
    ] as const
  ).map(([what, one]) => [what, one.answered, one.compromised, shareOf(one)])
  const columns = [
    { name: 'Incidents', kind: 'wide' },
    { name: 'Answered', kind: 'number' },
    { name: 'Compromised', kind: 'number' },
    { name: 'Precision', kind: 'number' },
  ] as const
  const causes = Object.entries(advisor.fallbacks)
  const silent = causes.length === 0 ? 'none' : causes.map(([cause, count]) => `${count} ${cause}`).join(', ')
  return html`<section aria-labelledby="precision"><h2 id="precision">Precision</h2>${table(columns, rows, 'What people found')}${drills === 0 ? '' : html`<p>${drillsLeftOut(drills)}.</p>`}
<p>The advisor was asked ${advisor.asked} times; questions without an answer: ${silent}. Without an answer, the deterministic risk counted.</p></section>`
}

/** Counts for each function of the NIST Cybersecurity Framework 2.0. */
export function functionsSection(functions: CsfFunctions): Markup {
  const rows = Object.entries(functions).flatMap(([name, counted]: [string, readonly Counted[]]) =>
    counted.map(({ what, count }, at) => [at === 0 ? html`<strong>${name}</strong>` : name, what, count]),
  )
  const columns = [{ name: 'Function' }, { name: 'What', kind: 'wide' }, { name: 'Count', kind: 'number' }] as const
  return html`<section aria-labelledby="csf"><h2 id="csf">By function (NIST CSF 2.0)</h2>${table(columns, rows, 'What each function did')}</section>`
}

/** The detectors of incidents with a verdict, and how many of those incidents were attacks. */
export function detectorsSection(detectors: readonly DetectorPrecision[]): Markup {
  const head = html`<h2 id="detectors">Detectors by verdict</h2>`
  if (detectors.length === 0)
    return html`<section aria-labelledby="detectors">${head}<p>No incident has the verdict of a person yet.</p></section>`
  const columns = [
    { name: 'Detector', kind: 'wide' },
    { name: 'Incidents with a verdict', kind: 'number' },
    { name: 'Compromised', kind: 'number' },
    { name: 'Precision', kind: 'number' },
    { name: '' },
  ] as const
  const rows = detectors
    .slice(0, DETECTORS)
    .map(({ detector, incidents, compromised, precision, hasOnlyFalsePositives }) => [
      shown(detector, 60),
      incidents,
      compromised,
      percent(precision),
      hasOnlyFalsePositives ? html`<span class="badge ask">only false positives</span>` : '',
    ])
  const more = detectors.length > DETECTORS ? html`<p class="faint">… and ${detectors.length - DETECTORS} more.</p>` : ''
  return html`<section aria-labelledby="detectors">${head}${table(columns, rows, 'Detectors, those in most incidents first')}${more}</section>`
}

/** The revisions of the policy that were put in force in the period, by whom and why. */
export function policySection({ policyChanges }: Pick<Measures, 'policyChanges'>, exportCommand: string): Markup {
  const rows = policyChanges
    .slice(-REVISIONS)
    .map(({ number, at, actor, why }) => [number, moment(Date.parse(at)), shown(actor, 120), shown(why, 300)])
  const columns = [
    { name: 'Revision', kind: 'number' },
    { name: 'At (UTC)', kind: 'time' },
    { name: 'By', kind: 'wide' },
    { name: 'Why', kind: 'wide' },
  ] as const
  const body =
    rows.length === 0
      ? html`<p>The policy did not change in this period.</p>`
      : html`${table(columns, rows, 'Revisions put in force')}${policyChanges.length > REVISIONS ? html`<p>The last ${REVISIONS} of ${policyChanges.length}; <code>${shown(exportCommand, 300)}</code> has all.</p>` : ''}`
  return html`<section aria-labelledby="policy"><h2 id="policy">Changes of the policy</h2>${body}</section>`
}

/** A length of time as text; a dash where there is none. */
export function lengthOf(milliseconds: number | null): string {
  return milliseconds === null ? '–' : duration(milliseconds)
}

function shareOf({ share }: Precision): string {
  return share === null ? '–' : percent(share)
}

function basisOf({ answered, compromised }: Precision): string {
  return answered === 0 ? 'no verdict yet' : `${compromised} of ${answered} verdicts`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
