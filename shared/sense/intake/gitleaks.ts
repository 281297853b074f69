import type { ExposureReport } from '../../domain/exposure-report.ts'
import { type Fields, fieldsOf } from '../fields.ts'
import { exposuresIn } from './exposures-in.ts'
import { findingName, firstText, linkText, placeText } from './scanner-place.ts'

/** True for a finding of Gitleaks, an element of what it writes with `--report-format json`. */
export function isGitleaksFinding(value: Fields): boolean {
  return typeof value.RuleID === 'string' && typeof value.File === 'string' && ('Secret' in value || 'Match' in value)
}

/** True for a result of what Gitleaks writes with `--report-format sarif`; the fingerprints tell it from results of others. */
export function isGitleaksResult(value: Fields): boolean {
  return typeof value.ruleId === 'string' && Array.isArray(value.locations) && 'commitSha' in fieldsOf(value.partialFingerprints)
}

/**
 * The reports of a finding of Gitleaks; none where it is about something else than a credential of AWS. Gitleaks finds ids and tries none. As of TruffleHog's, its
 * times are those of commits, so what it finds is seen now.
 *
 * @example { RuleID: 'aws-access-token', Match: '…', Secret: 'AKIA…', File: 'config.env', StartLine: 3, Commit: '…', Fingerprint: '…' }
 * @see https://github.com/gitleaks/gitleaks
 */
export function gitleaksExposures(finding: Fields, now: number): ExposureReport[] {
  const { RuleID, File, StartLine, Commit, Secret, Match, Line, Link } = finding
  return exposures({ texts: [Secret, Match, Line], rule: RuleID, file: File, line: StartLine, commit: Commit, url: linkText(Link) }, now)
}

/** The same of a result in SARIF. @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function gitleaksResultExposures(result: Fields, now: number): ExposureReport[] {
  const [location] = result.locations as readonly unknown[]
  const { artifactLocation, region } = fieldsOf(fieldsOf(location).physicalLocation)
  const { startLine, snippet } = fieldsOf(region)
  const texts = [fieldsOf(snippet).text, fieldsOf(result.message).text]
  const { commitSha } = fieldsOf(result.partialFingerprints)
  return exposures(
    { texts, rule: result.ruleId, file: fieldsOf(artifactLocation).uri, line: startLine, commit: commitSha, url: undefined },
    now,
  )
}

interface Found {
  readonly texts: readonly unknown[]
  readonly rule: unknown
  readonly file: unknown
  readonly line: unknown
  readonly commit: unknown
  readonly url: string | undefined
}

function exposures({ texts, url, ...said }: Found, now: number): ExposureReport[] {
  const [rule, file, line, commit] = [firstText(said.rule), firstText(said.file), firstText(said.line), firstText(said.commit)]
  const text = texts.filter((one) => typeof one === 'string').join('\n')
  const finding = findingName([rule, file, line, commit])
  const about = { source: 'gitleaks' as const, finding, place: placeText({ inside: undefined, file, line, commit }), url, seenAt: now }
  return exposuresIn(text, { ...about, isVerified: false }, now)
}
