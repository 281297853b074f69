import { writeFile } from 'node:fs/promises'
import { html } from 'hono/html'
import { type Drift, driftOf } from '../../shared/learn/drift.ts'
import { accept, readProposals } from '../../shared/learn/learn.ts'
import type { Proposal } from '../../shared/learn/proposals.ts'
import { chart } from '../page/chart.ts'
import { standAlone } from '../page/document.ts'
import { columns, type Paint } from '../render/style.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'

const ROWS = 15

/** How well the score, the detectors and the advisor agree with verdicts, and what those propose. `out`: a page of plots. */
export async function showDrift(
  target: Target,
  { isJson, out, paint, now }: { isJson: boolean; out: string | undefined; paint: Paint; now: () => number },
): Promise<string> {
  const { policy, answers, questions, proposals } = await readProposals({ ...target, clock: { now } }, tellUnreadable)
  const drift = driftOf({ answers, questions }, policy.thresholds)
  if (out !== undefined) await writeFile(out, await renderPage(drift, proposals))
  if (isJson) return JSON.stringify({ ...drift, proposals: proposals.map(({ policy: _, ...proposal }) => proposal) })
  return renderDrift(drift, proposals, paint)
}

/** Puts a proposal in force. */
export async function acceptProposal(target: Target, id: string, { reason, now }: { reason: string; now: () => number }): Promise<string> {
  const { what, from, to } = await accept(id, { by: target.caller, reason, onUnreadable: tellUnreadable }, { ...target, clock: { now } })
  return `In force: ${what} from ${from} to ${to}. \`countersign policy show\` shows the whole.`
}

function renderDrift(
  { verdicts, compromised, detectors, calibration, brier, advisor }: Drift,
  proposals: readonly Proposal[],
  paint: Paint,
): string {
  if (verdicts === 0) return 'No verdict of a person yet: answer incidents with `countersign release` or `confirm`, and look again.'
  const fallbacks = Object.entries(advisor.fallbacks).map(([cause, count]) => `${count} ${cause}`)
  const silent = Object.values(advisor.fallbacks).reduce((sum, count) => sum + count, 0)
  return [
    `${verdicts} verdicts, ${compromised} compromised. Brier score of the deterministic risk: ${brier?.toFixed(3)} (0 is perfect, 0.25 a coin)`,
    `Advisor: agreed in ${advisor.agreed} of ${advisor.answered} answered; ${silent} of ${advisor.asked} questions without an answer${fallbacks.length === 0 ? '' : ` (${fallbacks.join(', ')})`}`,
    '',
    paint('bold', 'Calibration'),
    columns([
      ['RISK', 'INCIDENTS', 'PREDICTED', 'OBSERVED'],
      ...calibration.map(({ from, incidents, predicted, observed }) => [
        `${from}–${from + 10}`,
        String(incidents),
        percent(predicted),
        percent(observed),
      ]),
    ]).replace(/^/gm, '  '),
    '',
    paint('bold', 'Detectors'),
    columns([
      ['DETECTOR', 'INCIDENTS', 'COMPROMISED', ''],
      ...detectors
        .slice(0, ROWS)
        .map(({ detector, incidents, precision, hasOnlyFalsePositives }) => [
          detector,
          String(incidents),
          percent(precision),
          hasOnlyFalsePositives ? 'only false positives' : '',
        ]),
    ]).replace(/^/gm, '  '),
    ...(detectors.length > ROWS ? [`  … ${detectors.length - ROWS} more (--json shows all)`] : []),
    '',
    paint('bold', 'Proposals'),
    ...(proposals.length === 0
      ? ['  none: there are too few verdicts, or they agree with the policy']
      : proposals.map(
          ({ id, direction, what, from, to, why }) =>
            `  ${id}: ${direction} ${what} from ${from} to ${to}: ${why}\n    npx countersign drift accept ${id} --reason "…"`,
        )),
  ].join('\n')
}

/** One page that stands alone: no scripts. */
function renderPage({ verdicts, calibration, weeks, detectors }: Drift, proposals: readonly Proposal[]): Promise<string> {
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

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
