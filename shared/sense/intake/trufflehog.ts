import type { ExposureReport } from '../../domain/exposure-report.ts'
import { type Fields, fieldsOf, isFields } from '../fields.ts'
import { exposuresIn } from './exposures-in.ts'
import { findingName, firstText, linkText, placeText } from './scanner-place.ts'

/** True for a finding of TruffleHog, a line of what `trufflehog … --json` prints. */
export function isTruffleHogFinding(value: Fields): boolean {
  return typeof value.DetectorName === 'string' && isFields(value.SourceMetadata) && 'Raw' in value
}

/**
 * The reports of a finding of TruffleHog; none where it is about something else than a credential of AWS. `RawV2` is the id and the secret, and `Verified` says that
 * the key worked. What a scanner finds is seen now: its times are those of commits, which whoever commits can choose.
 *
 * @example { SourceMetadata: { Data: { Git: { repository: 'https://example.com/acme/api', file: 'config.env', line: 3, commit: '…' } } }, DetectorName: 'AWS',
 *   Verified: true, Raw: 'AKIA…', RawV2: 'AKIA…:…' }
 * @see https://github.com/trufflesecurity/trufflehog
 */
export function truffleHogExposures(finding: Fields, now: number): ExposureReport[] {
  const [[kind, said] = ['a source', {}]] = Object.entries(fieldsOf(fieldsOf(finding.SourceMetadata).Data))
  const at = fieldsOf(said)
  const inside = firstText(at.repository, at.bucket, at.image, at.project, at.channel_name, at.link)
  const file = firstText(at.file, at.path, at.key, at.filename, at.location, at.title)
  const [line, commit] = [firstText(at.line), firstText(at.commit)]
  const isVerified = finding.Verified === true
  const texts = [finding.Raw, finding.RawV2, finding.Redacted].filter((text) => typeof text === 'string')
  const about = {
    source: 'trufflehog' as const,
    // What is verified later is another report.
    finding: findingName([kind, inside, file, line, commit, String(isVerified)]),
    place: placeText({ inside: [kind, inside].filter((part) => part !== undefined).join(' '), file, line, commit }),
    url: linkText(at.link),
    seenAt: now,
    isVerified,
  }
  return exposuresIn(texts.join('\n'), about, now)
}
