import type { Change } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import type { ReviewKind } from '../../shared/domain/policy.ts'
import { leftUsable } from '../../shared/review/what-follows.ts'
import { commandOn } from '../command-name.ts'
import type { Target } from '../target.ts'
import { columns, type Paint } from './style.ts'

const WORDS: Readonly<Record<ReviewKind, string>> = { legitimate: 'release', compromised: 'confirm', contain: 'contain', extend: 'extend' }

/** The commands that a person can run next in the incident's state, each with what it does; empty where it is closed or under way. */
export function nextCommands(
  incident: Incident,
  changes: readonly Change[],
  { target, paint }: { target: Pick<Target, 'options'>; paint: Paint },
): string[] {
  const offered = offeredFor(incident)
  if (offered.length === 0) return []
  const rows = offered.map((kind) => [reviewCommand(kind, incident.id, target), does(kind, incident, changes)])
  return ['', paint('bold', 'What you can run'), columns(rows).replace(/^/gm, '  ')]
}

/** The command that gives a review of an incident. */
export function reviewCommand(kind: ReviewKind, id: string, target: Pick<Target, 'options'>): string {
  return commandOn(target, `${WORDS[kind]} ${id}`, kind === 'extend' ? '--hours 8 --reason "…"' : '--reason "…"')
}

function does(kind: ReviewKind, incident: Incident, changes: readonly Change[]): string {
  switch (kind) {
    case 'legitimate':
      if (incident.containedAt !== undefined) return 'it was legitimate: restores what was contained'
      return incident.restrictedAt === undefined ? 'it was legitimate: closes it' : 'it was legitimate: gives it back its rights'
    case 'compromised':
      return leftUsable(incident, changes) === undefined
        ? 'it was an attack: what was contained stays contained'
        : incident.state === 'restricted'
          ? 'it was an attack, and you stop the rest by hand: closes it, keeps the restriction'
          : 'it was an attack, and you stop it by hand: closes it, contains nothing'
    case 'contain':
      return 'stops it now; a release restores it'
    case 'extend':
      return incident.state === 'restricted'
        ? 'more time: no reminders until then, and it stays restricted'
        : 'more time: no reminders until then'
  }
}
