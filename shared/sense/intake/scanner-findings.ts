import type { ExposureReport } from '../../domain/exposure-report.ts'
import type { Fields } from '../fields.ts'
import { gitleaksExposures, gitleaksResultExposures, isGitleaksFinding, isGitleaksResult } from './gitleaks.ts'
import { isTruffleHogFinding, truffleHogExposures } from './trufflehog.ts'

/** The forms of findings that are read, by what is in them. */
const FORMS: readonly { is(value: Fields): boolean; read(finding: Fields, now: number): ExposureReport[] }[] = [
  { is: isTruffleHogFinding, read: truffleHogExposures },
  { is: isGitleaksFinding, read: gitleaksExposures },
  { is: isGitleaksResult, read: gitleaksResultExposures },
]

/** True for a finding of a scanner that is known. */
export function isScannerFinding(value: Fields): boolean {
  return FORMS.some(({ is }) => is(value))
}

/** The reports of a finding; none where it names no credential of AWS, undefined where it is no finding. `now`: epoch milliseconds. */
export function scannerExposures(value: Fields, now: number): ExposureReport[] | undefined {
  return FORMS.find(({ is }) => is(value))?.read(value, now)
}
