import { counted } from './counted.ts'
import type { Incident } from './incident.ts'
import { decidingEventOf, pendingCredentials } from './lookup-progress.ts'

/** The most things from before the first suspicious call that are named one by one. */
const EARLIER_LIMIT = 5

/** What people have to know of the look-ups of an incident, most important first. Empty where nothing is looked up, or no longer matters. */
export function lookupLines(incident: Incident): string[] {
  const { state, lookups } = incident
  if (lookups === undefined || state === 'watching' || state === 'released' || state === 'expired') return []
  return [
    ...unknownEvent(incident),
    ...unaskedEvent(incident),
    ...incompleteLineage(incident),
    ...cutLineage(incident),
    ...earlierThings(incident),
    ...notHeld(incident),
  ]
}

function unknownEvent(incident: Incident): string[] {
  const event = decidingEventOf(incident)
  if (event?.answer !== 'unknown') return []
  return [
    `CloudTrail does not know the event that decided this, ${event.signalId}: it may be forged (${event.why}). Look before you say anything; nothing is given back by itself`,
  ]
}

/** Where the lineage is incomplete, that line says what failed. */
function unaskedEvent(incident: Incident): string[] {
  const { failure } = incident.lookups ?? {}
  if (failure === undefined || decidingEventOf(incident) !== undefined || pendingCredentials(incident).length > 0) return []
  return [`the event that decided this could not be looked up yet (${failure.error}), which is tried again`]
}

/** One line where the lineage is incomplete, none where it is complete. */
export function incompleteLineage(incident: Incident): string[] {
  const { lookups } = incident
  if (lookups === undefined) return []
  const count = pendingCredentials(incident).length
  if (count === 0) return []
  const failed = lookups.failure === undefined ? '' : `; the last look-up failed (${lookups.failure.error}) and is tried again`
  return [`lineage incomplete: ${counted(count, 'credential')} still to be looked up in CloudTrail${failed}`]
}

function cutLineage({ lookups }: Incident): string[] {
  return (lookups?.credentials ?? [])
    .filter(({ cut }) => cut > 0)
    .map(
      ({ id, cut }) =>
        `${id} issued ${cut} more than an incident keeps: list them with \`aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=${id}\`, and end all sessions of the roles that it assumed`,
    )
}

function earlierThings({ lookups }: Incident): string[] {
  const all = lookups?.earlier ?? []
  const more = all.length > EARLIER_LIMIT ? [`… and ${all.length - EARLIER_LIMIT} more from before the first suspicious call`] : []
  const named = all
    .slice(0, EARLIER_LIMIT)
    .map(
      ({ kind, owner, time }) =>
        `${kind} ${owner} was made ${new Date(time).toISOString().slice(0, 16)}, before the first suspicious call: contain it too if it is not the owner's`,
    )
  return [...named, ...more]
}

function notHeld(incident: Incident): string[] {
  const event = decidingEventOf(incident)
  return event?.answer === 'not-held' ? [`the event that decided this was not looked up in CloudTrail: ${event.why}`] : []
}
