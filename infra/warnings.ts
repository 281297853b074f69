import { AdvisorFallback } from '../shared/domain/assessment.ts'
import type { AlarmKind } from './alarm-texts.ts'

/** The alarm that counts a warning of the code, or why a warning has none. */
export type WarningAlarm = { readonly alarm: AlarmKind } | { readonly none: string }

const of = (alarm: AlarmKind): WarningAlarm => ({ alarm })
const none = (why: string): WarningAlarm => ({ none: why })

/** Every warning that the code logs, and so counts as a metric of the same name. A test holds that none is missing. */
export const WARNINGS: Readonly<Record<string, WarningAlarm>> = {
  'account.refused': none('the incident asks a person, and the sweep tries again'),
  'advisor.budget.failed': none('the decision is made without the advisor'),
  ...Object.fromEntries(
    AdvisorFallback.exclude(['absent']).options.map((cause) => [
      `advisor.fallback.${cause}`,
      none('the decision is made without the advisor'),
    ]),
  ),
  'archive.failed': of('ArchiveFailing'),
  'archive.refused': of('ArchiveRefused'),
  'contain.breaker.tripped': none('people are paged'),
  'contain.look.failed': of('ContainmentFailing'),
  'contain.owner.unknown': none('the next look asks again'),
  'contain.read.failed': of('ContainmentFailing'),
  'contain.reversed': none('people are notified'),
  'contain.step.failed': of('ContainmentFailing'),
  'contain.step.overtaken': none('the step is set again at once'),
  'contain.stranger.unknown': none('the steps are looked at as they are'),
  'contain.switches.failed': of('ContainmentFailing'),
  'contain.users.uncounted': none('the breaker is as strict as it can be, and people are asked'),
  'inventory.failed': none('the run fails at its end, and its dead letter has an alarm'),
  'inventory.throttled': none('the rest comes first in the next night'),
  'inventory.unanswered': none('the next night asks again'),
  'inventory.unreadable': of('StoredUnreadable'),
  'learn.incident.unreadable': none('the sweep meets the same item, and it has an alarm there'),
  'lookup.event.unknown': none('people are notified'),
  'lookup.failed': of('LookupsFailing'),
  'release.unordered': of('Unordered'),
  'respond.fast-path.failed': none('the event is evaluated afterwards, or delivered again'),
  'respond.identity.failed': none('the message is delivered again, and counted there'),
  'respond.last-used.unread': none('inventory meets the same item, and it has an alarm there; the restriction says it'),
  'respond.message.contended': of('Conflicts'),
  'respond.message.failed': of('MessagesFailing'),
  'respond.moves.unknown': none('the evidence counts as it is'),
  'respond.patterns.unreadable': of('StoredUnreadable'),
  'respond.redelivery.late': none('the message comes again when its visibility timeout ends'),
  'respond.source.unknown': none('it is of a source that is not read; the warning names it'),
  'respond.source.unmapped': none('the event is evaluated; the name of a service is missing here'),
  'respond.unbelieved': of('Unbelieved'),
  'rotate.unordered': of('Unordered'),
  'rotate.vault.failed': of('RotationFailing'),
  'seal.conflict': of('SealConflict'),
  'seal.discrepancy': of('SealDiscrepancy'),
  'seal.uncompared': of('SealUncompared'),
  'self-check.difference': none('people are notified'),
  'slack.answer.refused': none('the review itself was applied'),
  'slack.form.failed': none('nothing was changed, and the button can be pressed again'),
  'slack.notice.failed': none('the notice goes to the topic instead'),
  'slack.press.replayed': none('the press counted once'),
  'slack.request.unknown': none('Slack shows its user an error'),
  'slack.request.unsigned': none('it is refused, and anybody on the internet could set the alarm off'),
  'slack.signal.unreadable': none('the message in Slack says it'),
  'sweep.full': of('SweepFull'),
  'sweep.incident.failed': of('IncidentFailed'),
  'sweep.incident.unreadable': of('IncidentUnreadable'),
  'sweep.lookups.put-off': of('LookupsPutOff'),
  'trail.missing': of('TrailMissing'),
  'trail.partial': of('TrailPartial'),
  'trail.unread': of('TrailUnread'),
}
