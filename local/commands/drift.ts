import { counted } from '../../shared/domain/counted.ts'
import { printable } from '../../shared/domain/printable.ts'
import { type Drift, driftOf } from '../../shared/learn/drift.ts'
import { accept, readProposals } from '../../shared/learn/learn.ts'
import type { Proposal } from '../../shared/learn/proposals.ts'
import { commandOn } from '../command-name.ts'
import { drillsLeftOut } from '../render/drills.ts'
import { jsonText } from '../render/json-text.ts'
import type { Paint } from '../render/style.ts'
import { table } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'
import { writeOut } from '../write-out.ts'

const ROWS = 15

/** How well the score, the detectors and the advisor agree with verdicts, and what those propose. `out`: a page of plots. */
export async function showDrift(
  target: Target,
  {
    isJson,
    out,
    paint,
    width,
    now,
  }: { isJson: boolean; out: string | undefined; paint: Paint; width?: number | undefined; now: () => number },
): Promise<string> {
  const { policy, answers, questions, drills, proposals } = await readProposals({ ...target, clock: { now } }, tellUnreadable)
  const drift = driftOf({ answers, questions }, policy.thresholds)
  if (out !== undefined) await writeOut(out, await (await import('../page/drift.ts')).driftPage(drift, { proposals, drills }))
  if (isJson) return jsonText({ ...drift, drills, proposals: proposals.map(({ policy: _, ...proposal }) => proposal) })
  return wrapText(renderDrift(target, { drift, drills, proposals, paint, width }), width)
}

/** What accepting a proposal brings about: for whoever is about to. */
export async function whatAcceptChanges(target: Target, id: string): Promise<string> {
  return `Proposal ${printable(id, 60)} becomes a new revision of the policy of ${target.name}; \`${commandOn(target, 'drift')}\` shows it.`
}

/** Puts a proposal in force. */
export async function acceptProposal(target: Target, id: string, { reason, now }: { reason: string; now: () => number }): Promise<string> {
  const { what, from, to } = await accept(id, { by: target.caller, reason, onUnreadable: tellUnreadable }, { ...target, clock: { now } })
  return `In force: ${what} from ${from} to ${to}. \`${commandOn(target, 'policy show')}\` shows the whole.`
}

interface Shown {
  readonly drift: Drift
  readonly drills: number
  readonly proposals: readonly Proposal[]
  readonly paint: Paint
  readonly width: number | undefined
}

function renderDrift(target: Target, { drift, drills, proposals, paint, width }: Shown): string {
  const { verdicts, compromised, detectors, calibration, brier, advisor } = drift
  const without = drills === 0 ? [] : [`${drillsLeftOut(drills)}.`]
  if (verdicts === 0)
    return [
      `No verdict of a person yet: \`${commandOn(target, 'incidents')}\` lists what waits for one. Release or confirm some, and look again.`,
      ...without,
    ].join('\n')
  const fallbacks = Object.entries(advisor.fallbacks).map(([cause, count]) => `${count} ${cause}`)
  const silent = Object.values(advisor.fallbacks).reduce((sum, count) => sum + count, 0)
  return [
    `${counted(verdicts, 'verdict')}, ${compromised} compromised. Brier score of the deterministic risk: ${brier?.toFixed(3)} (0 is perfect, 0.25 a coin)`,
    `Advisor: agreed in ${advisor.agreed} of ${advisor.answered} answered; ${silent} of ${counted(advisor.asked, 'question')} without an answer${fallbacks.length === 0 ? '' : ` (${fallbacks.join(', ')})`}`,
    ...without,
    '',
    paint('bold', 'Calibration'),
    table(
      [{ name: 'RISK' }, ...['INCIDENTS', 'PREDICTED', 'OBSERVED'].map((name) => ({ name, align: 'right' as const }))],
      calibration.map(({ from, incidents, predicted, observed }) => [
        `${from}–${from + 10}`,
        String(incidents),
        percent(predicted),
        percent(observed),
      ]),
      { width, indent: 2 },
    ),
    '',
    paint('bold', 'Detectors'),
    table(
      [{ name: 'DETECTOR' }, { name: 'INCIDENTS', align: 'right' }, { name: 'COMPROMISED', align: 'right' }, { isText: true }],
      detectors
        .slice(0, ROWS)
        .map(({ detector, incidents, precision, hasOnlyFalsePositives }) => [
          detector,
          String(incidents),
          percent(precision),
          hasOnlyFalsePositives ? 'only false positives' : '',
        ]),
      { width, indent: 2 },
    ),
    ...(detectors.length > ROWS ? [`  … ${detectors.length - ROWS} more (--json shows all)`] : []),
    '',
    paint('bold', 'Proposals'),
    ...(proposals.length === 0
      ? ['  none: there are too few verdicts, or they agree with the policy']
      : proposals.map(
          ({ id, direction, what, from, to, why }) =>
            `  ${id}: ${direction} ${what} from ${from} to ${to}: ${why}\n    ${commandOn(target, `drift accept ${id}`, '--reason "…"')}`,
        )),
  ].join('\n')
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
