import type { ExposureReport } from '../../domain/exposure-report.ts'
import type { AlertReference } from '../../domain/report-party.ts'
import type { AlertSource, ReportBus } from '../../ports/intake.ts'
import type { Notifier } from '../../ports/notices.ts'
import type { Clock, Log } from '../../ports/runtime.ts'
import { exposuresIn } from './exposures-in.ts'
import { safeUrl } from './forget-secrets.ts'
import { placeOf } from './github.ts'
import { unnamedNotice } from './unnamed-notice.ts'

export interface FetchAlertPorts {
  readonly source: AlertSource
  readonly bus: ReportBus
  readonly notifier: Notifier
  readonly clock: Clock
  readonly log: Log
}

/** GitHub makes alerts of these kinds only where the secret stands in the same file. */
const PAIRED: ReadonlySet<string> = new Set(['aws_access_key_id', 'aws_temporary_access_key_id'])

/**
 * Reads an alert of GitHub, keeps which credential it is about, and forgets the rest. Where the alert names none, people are told. Throws where GitHub does not
 * answer, so that Lambda tries again.
 *
 * What stands in public is no more sure than what stands elsewhere: whoever may open an issue of a public repository puts an id there, which is no secret, with a
 * secret of their own invention. Where the key works, GitHub says so by `validated`, and AWS Health reports what GitHub tells AWS.
 */
export async function fetchAlert(alert: AlertReference, { source, bus, notifier, clock, log }: FetchAlertPorts): Promise<void> {
  const { text, type, isVerified, url, createdAt } = await source.read(alert)
  const reports: ExposureReport[] = exposuresIn(
    text,
    {
      source: 'github',
      finding: `${alert.repository}:${alert.number}`,
      place: placeOf(alert),
      url,
      seenAt: createdAt,
      isVerified,
      isPaired: PAIRED.has(type),
    },
    clock.now(),
  )
  if (reports.length === 0) {
    log.warn('fetch-alert.unnamed', { number: alert.number })
    const what = 'GitHub found a credential of AWS, and its alert has no id of one'
    return notifier.notify(unnamedNotice({ what, place: placeOf(alert), url: safeUrl(url) }))
  }
  await bus.put(reports)
  log.info('fetch-alert.taken', { reports: reports.length })
}
