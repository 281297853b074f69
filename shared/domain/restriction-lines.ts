import type { Incident } from './incident.ts'
import { hasFence } from './restriction.ts'

/** What a restriction means for the person who has to decide, one sentence each. */
export interface RestrictionLines {
  readonly refused: string
  readonly goesOn: string
  /** What the answers `release`, `contain`, `confirm` and `extend` do. */
  readonly answers: string
}

/** Before the parts of a restriction for which a policy had no room, in a reason of the decision. */
export const NO_ROOM = 'restricted, without room to deny '

const GRAVE = 'grants of rights, new credentials, sharing with outsiders, switching off logs, deletion of backups and keys'

/** What is refused now, what goes on and what each answer does; undefined where the incident is not restricted, or has no restriction. */
export function restrictionLines({ state, restriction, identity, decision }: Incident): RestrictionLines | undefined {
  if (restriction === undefined || (state !== 'restricting' && state !== 'restricted')) return undefined
  const { isCovered, sessions, neverUsed = [] } = restriction
  const data = isCovered && neverUsed.length > 0 ? ` (of ${neverUsed.join(', ')} reading and writing data as well)` : ''
  const refused = isCovered
    ? `services that it never used${data}, and outside its habit ${GRAVE}${hasFence(restriction) ? '; every call from outside its usual networks' : ''}`
    : `${GRAVE}: its habit is not known well enough to refuse more`
  const short = decision.why.findLast((line) => line.includes(`${identity.name} ${NO_ROOM}`))?.split(NO_ROOM)[1]
  const others = identity.kind === 'role' ? `, and every session of the role but ${sessionsText(sessions)}` : ''
  return {
    refused: `Refused now: ${refused}.${short === undefined ? '' : ` Not refused, for want of room: ${short}.`}`,
    goesOn: `Goes on: ${isCovered ? 'its usual work' : 'all its other calls'}${others}. Whoever else has its credential can do that too${hasFence(restriction) ? ', from those networks' : ''}.`,
    answers:
      'release gives it back its rights; contain stops it altogether; confirm closes the incident and keeps the restriction, and stops nothing more; extend gives you time, and it stays restricted.',
  }
}

function sessionsText(sessions: readonly string[]): string {
  const shown = sessions.slice(0, 3).join(', ')
  return sessions.length <= 3 ? shown : `${shown} and ${sessions.length - 3} more`
}
