import type { Change } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { ReviewKind } from '../../shared/domain/policy.ts'
import { answersOf, COMMANDS } from '../../shared/domain/story/answers.ts'
import { commandOn } from '../command-name.ts'
import type { Target } from '../target.ts'
import type { Paint } from './style.ts'
import { table } from './table.ts'

/** The commands that a person can run next in the incident's state, each with what it does; empty where it is closed or under way. */
export function nextCommands(
  incident: Incident,
  changes: readonly Change[],
  { target, paint, width }: { target: Pick<Target, 'options'>; paint: Paint; width?: number | undefined },
): string[] {
  const answers = answersOf(incident, changes)
  if (answers.length === 0) return []
  const rows = answers.map(({ kind, does, command }) => [reviewCommand(kind, incident.id, target, command), does])
  return ['', paint('bold', 'What you can run'), table([{}, { isText: true, least: 24 }], rows, { width, indent: 2 })]
}

/** The command that gives a review of an incident. `word`: of the command line. */
export function reviewCommand(kind: ReviewKind, id: string, target: Pick<Target, 'options'>, word = COMMANDS[kind]): string {
  return commandOn(target, `${word} ${id}`, kind === 'extend' ? '--hours 8 --reason "…"' : '--reason "…"')
}
