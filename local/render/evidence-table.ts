import type { EvidenceTable, Thresholds } from '../../shared/domain/policy.ts'

/**
 * The policy's table in words, one row for each kind of evidence: what it needs, and what is done. The order is that of `shared/decide/evidence-table.ts`: the first row
 * that applies counts.
 */
export function evidenceRows(evidence: EvidenceTable, thresholds: Thresholds): readonly (readonly [evidence: string, action: string])[] {
  const { unusualFrom, suspectFrom, containSuspectFrom, restrictUnusualFrom, restrictKnownFrom, fenceFrom, askVouchedFrom } = evidence
  const isRestricting = thresholds.restrict < thresholds.contain
  const restrict = isRestricting ? `restrict${atRisk(thresholds.restrict, unusualFrom)}` : `ask at risk ${thresholds.ask}`
  return [
    ['confirmed by AWS, by a party that may contain (signals), or by the use of a canary (canaries)', 'contain'],
    ['an id and its secret seen together, which nobody tried', 'as disclosedSecret says'],
    [
      `who: compromise ${suspectFrom} or more, and what: harm ${containSuspectFrom} or more`,
      `contain at risk ${thresholds.contain}, else ${restrict}`,
    ],
    [`who alone: compromise ${suspectFrom} or more`, restrict],
    [`both: compromise ${unusualFrom} or more and harm ${restrictUnusualFrom} or more`, restrict],
    [`who alone: compromise ${unusualFrom} or more, of an owner whose habits are known`, restrict],
    [`what alone: one act of ${restrictKnownFrom} or more that nobody can take back, by such an owner`, restrict],
    ['what alone: any other harm by such an owner', `notify at risk ${thresholds.notify}`],
    [
      'what alone: harm by a workload in its place, whose habits are not known yet',
      `ask at risk ${Math.max(askVouchedFrom, thresholds.ask)}, notify at ${thresholds.notify}`,
    ],
    ['anything else', `ask at risk ${thresholds.ask}, notify at ${thresholds.notify}`],
    [
      `in a restriction: compromise ${fenceFrom} or more, or harm ${restrictUnusualFrom} or more, at an unusual place`,
      'calls from elsewhere are denied as well',
    ],
  ]
}

function atRisk(restrict: number, unusualFrom: number): string {
  return restrict > unusualFrom ? ` at risk ${restrict}` : ''
}
