import { wordsFor } from './containable.ts'
import type { Decision } from './decision.ts'
import type { Incident } from './incident.ts'
import { refusedAction } from './refused-action.ts'
import { hasFence, type Restriction } from './restriction.ts'
import { minuteText } from './time.ts'

/** What a restriction means for the person who has to decide, one sentence each. */
export interface RestrictionLines {
  readonly refused: string
  /** What goes on, for whoever else has the credential too, and from where. */
  readonly goesOn: string
}

/** Before the parts of a restriction for which a policy had no room, in a reason of the decision. */
export const NO_ROOM = 'restricted, without room to deny '

/** The parts of a restriction in words for people; none has a comma. The groups are those of the grave actions. */
export const RESTRICTION_PARTS = {
  services: 'services that it never used',
  places: 'calls from elsewhere',
  brake: 'more deletion and sharing for an hour',
  grants: 'grants of rights',
  credentials: 'new credentials',
  logging: 'switching off logs',
  sharing: 'sharing with outsiders',
  deletion: 'deletion of backups and keys',
  secrets: 'reading other secrets',
  code: 'starting machines and code',
} as const
type Part = keyof typeof RESTRICTION_PARTS

/** What is refused whatever is known of the identity, and what only where its habit is known. */
const ALWAYS: readonly Part[] = ['grants', 'credentials', 'sharing', 'logging', 'deletion']
const BY_HABIT: readonly Part[] = ['secrets', 'code']

/** What is refused now, what goes on and what each answer does; undefined where the incident is not restricted, or has no restriction. */
export function restrictionLines(incident: Incident): RestrictionLines | undefined {
  const { state, restriction, identity } = incident
  if (restriction === undefined || (state !== 'restricting' && state !== 'restricted')) return undefined
  const { isCovered, sessions, neverUsed = [] } = restriction
  const data =
    neverUsed.length > 0 ? ` (of ${neverUsed.join(', ')} reading and writing data as well)` : ' (but not reading and writing their data)'
  const dropped = droppedFrom(incident)
  const isSet = (part: Part) => !dropped.includes(RESTRICTION_PARTS[part])
  const grave = [...ALWAYS, ...(isCovered ? BY_HABIT : [])].filter(isSet).map((part) => RESTRICTION_PARTS[part])
  const isFenced = hasFence(restriction) && isSet('places')
  const refused = [
    ...(isCovered && isSet('services') ? [`${RESTRICTION_PARTS.services}${data}`] : []),
    `${isCovered ? 'outside its habit ' : ''}${grave.join(', ')}`,
    ...(isFenced ? ['every call from outside its usual networks'] : []),
  ].join('; ')
  const shortfall = dropped.length === 0 ? '' : ` Not refused, for want of room: ${dropped.join(', ')}.`
  const others = identity.kind === 'role' ? `, and every session of the role but ${sessionsText(sessions)}` : ''
  const work = isCovered ? 'its usual work' : 'all its other calls'
  const where = isFenced ? `, from ${placesText(restriction)} alone` : ''
  return {
    refused: `Refused now: ${refused}.${isSet('brake') ? brakeText(restriction) : ''}${shortfall}`,
    goesOn: `Goes on: ${work}${others}${where}. Whoever else has its credential can do that too${isFenced ? ', from those networks' : ''}.${littleText(restriction, isFenced)}`,
  }
}

/** A brake is told although it may have ended: the time says so. */
function brakeText({ brake }: Restriction): string {
  if (brake === undefined) return ''
  const what = brake.groups.map((group) => (group === 'deletion' ? 'deletion of data' : 'sharing with others')).join(' and ')
  return ` Until ${minuteText(brake.until)} also ${what} that is its habit, because it was far above its usual rate.`
}

/** True where a restriction refuses only grave actions, because the habit of the identity is not known well enough. */
export function stopsLittle({ state, restriction }: Pick<Incident, 'state' | 'restriction'>): boolean {
  return (state === 'restricting' || state === 'restricted') && restriction !== undefined && !restriction.isCovered
}

/**
 * Says of an incident that asks that nothing was done against its identity although more was called for; undefined where something was done, or nothing more was
 * called for.
 */
export function nothingDoneLine(incident: Incident): string | undefined {
  const { containedAt, restrictedAt, identity } = incident
  if (refusedAction(incident) !== 'restrict' || containedAt !== undefined || restrictedAt !== undefined) return undefined
  return `Nothing is refused now: ${wordsFor(identity)} was to be restricted and is not, so all its calls go on, and those of whoever else has its credential.`
}

/** A decision without what earlier runs had no room for: each run says for all steps what it has no room for. */
export function withoutShortfall(decision: Decision): Decision {
  const why = decision.why.filter((line) => !line.includes(` ${NO_ROOM}`))
  return why.length === decision.why.length ? decision : { ...decision, why }
}

/** What a restriction leaves open that people would expect it to refuse. */
function littleText(restriction: Restriction, isFenced: boolean): string {
  if (!restriction.isCovered)
    return ' It stops little: its habit is not known well enough to refuse other services, reading of data and secrets, starting of machines, or calls from elsewhere.'
  if (isFenced) return ''
  const { addresses, endpoints } = restriction
  const why = !restriction.isFenced
    ? 'the evidence is not about the place'
    : addresses.length + endpoints.length === 0
      ? 'it has no usual networks that are stable'
      : 'there was no room for it'
  return ` It can be done from anywhere: no call is refused for where it comes from, because ${why}.`
}

/** What the policy on the incident's own identity had no room for, by the last reason that says so. */
function droppedFrom({ decision, identity }: Incident): readonly string[] {
  const said = decision.why.findLast((line) => line.includes(`${identity.name} ${NO_ROOM}`))?.split(NO_ROOM)[1]
  return said === undefined ? [] : said.split(', ')
}

/** The most places that are named: a restriction of a stable identity has no more. */
const PLACES = 8

function placesText({ addresses, endpoints }: Restriction): string {
  const places = [...addresses, ...endpoints]
  const more = places.length > PLACES ? ` and ${places.length - PLACES} more` : ''
  return `${places.slice(0, PLACES).join(', ')}${more}`
}

function sessionsText(sessions: readonly string[]): string {
  const shown = sessions.slice(0, 3).join(', ')
  return sessions.length <= 3 ? shown : `${shown} and ${sessions.length - 3} more`
}
