import { html } from 'hono/html'
import type { Drift } from '../../shared/learn/drift.ts'
import type { Proposal } from '../../shared/learn/proposals.ts'
import { chart } from './chart.ts'
import { standAlone } from './document.ts'

/** The most detectors that are drawn. */
const ROWS = 15

/** One page that stands alone: no scripts. */
export function driftPage(
  { verdicts, calibration, weeks, detectors }: Drift,
  { proposals, drills }: { readonly proposals: readonly Proposal[]; readonly drills: number },
): Promise<string> {
  const share = { type: 'value', min: 0, max: 1, name: 'share' }
  const plots = [
    chart(
      {
        legend: {},
        xAxis: { type: 'category', name: 'risk', data: calibration.map(({ from }) => `${from}–${from + 10}`) },
        yAxis: share,
        series: [
          { name: 'predicted', type: 'line', data: calibration.map(({ predicted }) => predicted) },
          { name: 'observed', type: 'bar', data: calibration.map(({ observed }) => observed) },
        ],
      },
      { title: 'Calibration: what the risk predicted, what people found' },
    ),
    chart(
      {
        legend: {},
        xAxis: { type: 'category', name: 'week', data: weeks.map(({ from }) => from) },
        yAxis: share,
        series: [
          { name: 'score agrees', type: 'line', data: weeks.map(({ score }) => score) },
          { name: 'advisor agrees', type: 'line', data: weeks.map(({ advisor }) => advisor) },
        ],
      },
      { title: 'Agreement with verdicts, week by week' },
    ),
    chart(
      {
        xAxis: { ...share, name: 'compromised' },
        yAxis: { type: 'category', data: detectors.slice(0, ROWS).map(({ detector, incidents }) => `${detector} (${incidents})`) },
        series: [{ type: 'bar', data: detectors.slice(0, ROWS).map(({ precision }) => precision) }],
      },
      { title: 'Detectors: share of their incidents that were compromises' },
    ),
  ]
  const rows = proposals.map(
    ({ id, direction, what, from, to, why }) => html`<li>${id}: ${direction} ${what} from ${from} to ${to} (${why})</li>`,
  )
  const proposed = rows.length === 0 ? html`<p>None.</p>` : html`<ul>${rows}</ul>`
  return standAlone('Countersign drift', html`<h1>Countersign drift</h1><p>${verdicts} verdicts.</p>${plots}<h2>Proposals</h2>${proposed}`)
}
