import { html } from 'hono/html'
import type { Drift } from '../../shared/learn/drift.ts'
import type { Proposal } from '../../shared/learn/proposals.ts'
import { commandName } from '../command-name.ts'
import { drillsLeftOut } from '../render/drills.ts'
import { chartOr } from './chart.ts'
import { atAGlance, shown, standAlone } from './document.ts'

/** The most detectors that are drawn, those with most incidents first, and the most weeks, latest last. */
const ROWS = 15
const WEEKS = 104

/** The pixels of a row of detectors, and of the frame around all of them. */
const [ROW_HEIGHT, FRAME_HEIGHT] = [24, 100] as const

/** One page that stands alone: no scripts. */
export function driftPage(
  drift: Drift,
  { proposals, drills }: { readonly proposals: readonly Proposal[]; readonly drills: number },
): Promise<string> {
  const { verdicts, compromised, calibration, detectors, brier, advisor } = drift
  const weeks = drift.weeks.slice(-WEEKS)
  const share = { type: 'value', min: 0, max: 1, name: 'share' }
  const none = 'no person has given a verdict yet, so there is nothing to draw.'
  const plots = [
    chartOr(
      none,
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
    chartOr(
      none,
      {
        legend: {},
        xAxis: { type: 'category', name: 'week from', data: weeks.map(({ from }) => from) },
        yAxis: share,
        series: [
          { name: 'score agrees', type: 'line', data: weeks.map(({ score }) => score) },
          { name: 'advisor agrees', type: 'line', data: weeks.map(({ advisor }) => advisor) },
        ],
      },
      { title: 'Agreement with verdicts, week by week' },
    ),
    chartOr(
      none,
      {
        xAxis: { ...share, name: 'share of compromises' },
        yAxis: {
          type: 'category',
          inverse: true,
          data: detectors.slice(0, ROWS).map(({ detector, incidents }) => `${shown(detector, 60)} (${incidents})`),
        },
        series: [{ type: 'bar', data: detectors.slice(0, ROWS).map(({ precision }) => precision) }],
      },
      {
        title: 'Detectors: share of their incidents that were compromises',
        height: FRAME_HEIGHT + ROW_HEIGHT * Math.min(ROWS, detectors.length),
      },
    ),
  ]
  const glance = atAGlance([
    ['Verdicts of people', verdicts, drills === 0 ? '' : drillsLeftOut(drills)],
    ['Compromises', compromised, verdicts === 0 ? '' : `of ${verdicts} incidents with a verdict`],
    ['Brier score', brier === null ? '–' : brier.toFixed(3), 'of the deterministic risk: 0 is perfect, 0.25 a coin'],
    ['Advisor agreed', `${advisor.agreed} of ${advisor.answered}`, `it was asked ${advisor.asked} times`],
    [
      'Detectors with verdicts',
      detectors.length,
      detectors.length > ROWS ? `${ROWS} are drawn; \`${commandName()} drift --json\` has all` : '',
    ],
    ['Proposals', proposals.length, 'changes of the policy that the verdicts speak for'],
  ])
  const rows = proposals.map(
    ({ id, direction, what, from, to, why }) =>
      html`<li>${direction} ${what} from ${from} to ${to}: ${why} (<code>${commandName()} drift accept ${id} --reason "…"</code>)</li>`,
  )
  const proposed = rows.length === 0 ? html`<p>None.</p>` : html`<ul>${rows}</ul>`
  return standAlone(
    'Countersign drift',
    html`<h1>Countersign drift</h1>${glance}<h2>How well it agrees</h2>${plots}<h2>Proposals</h2>${proposed}`,
  )
}
