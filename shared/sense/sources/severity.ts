/**
 * How much a finding says by the severity that its party gives it, 0 to 1. The four grades are those of GuardDuty and of Security Hub; the weights are those that a
 * detector of ours has whose evidence is as strong: a low one notifies, a medium one speaks against the owner, a high one makes somebody else likely, and a critical
 * one says that several sources agree.
 * @see https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
 */
const WEIGHTS = { low: 0.25, medium: 0.45, high: 0.65, critical: 0.85 } as const

/** The weight of a severity of GuardDuty, 0 to 10; that of a medium one where it says none. */
export function weightOfSeverity(severity: unknown): number {
  const value = typeof severity === 'number' && Number.isFinite(severity) ? severity : 5
  if (value >= 9) return WEIGHTS.critical
  if (value >= 7) return WEIGHTS.high
  return value >= 4 ? WEIGHTS.medium : WEIGHTS.low
}

/** The weight of a label of Security Hub, or of an OCSF severity in words; that of a medium one where it is none of them. */
export function weightOfLabel(label: unknown): number {
  switch (typeof label === 'string' ? label.toUpperCase() : '') {
    case 'CRITICAL':
    case 'FATAL':
      return WEIGHTS.critical
    case 'HIGH':
      return WEIGHTS.high
    case 'LOW':
    case 'INFORMATIONAL':
      return WEIGHTS.low
    default:
      return WEIGHTS.medium
  }
}
