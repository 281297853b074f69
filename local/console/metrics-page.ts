import { html } from 'hono/html'
import type { Measures } from '../../shared/learn/measure/measure.ts'
import { commandOn } from '../command-name.ts'
import { shown } from '../page/document.ts'
import { detectorsSection, functionsSection, measureFigures, policySection, precisionSection, timesSection } from '../page/measures.ts'
import { moment } from '../render/style.ts'
import type { Page, Room } from './frame.ts'

/** The periods that the page offers, in days. */
export const PERIODS = [7, 30, 90, 365] as const

/** Times and precision of the responder over a period that ends now. */
export function metricsPage(measures: Measures, { days }: { days: number }, room: Room): Page {
  const { base } = room
  const { since, until } = measures.period
  const periods = PERIODS.map(
    (one) => html`<a href="${base}/metrics?days=${one}"${one === days ? html` aria-current="page"` : ''}>${one} days</a> `,
  )
  const body = html`<nav class="within" aria-label="Period">${periods}</nav>
<p class="faint">Incidents opened from ${moment(since).slice(0, 16)} to ${moment(until).slice(0, 16)} UTC.</p>
${measureFigures(measures)}${timesSection(measures)}${precisionSection(measures)}${detectorsSection(measures.detectors)}${functionsSection(measures.functions)}${policySection(measures, commandOn(room, 'changes export'))}
<p>To print or send it: <code>${shown(commandOn(room, 'report', `--since ${days}d --out report.html`))}</code></p>`
  return { title: 'Metrics', body }
}
