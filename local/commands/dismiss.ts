import { printable } from '../../shared/domain/printable.ts'
import { requireReason } from '../../shared/domain/reason.ts'
import { ResponderError } from '../../shared/errors.ts'
import { commandOn } from '../command-name.ts'
import { acceptedInAll, type Dismissed, dismissEach, type LookedAt } from '../dismiss-each.ts'
import { jsonText } from '../render/json-text.ts'
import type { Target } from '../target.ts'

/** What dismissing these incidents will do, for the person who is about to do it. Throws where none of them can be dismissed. */
export function whatDismissalDoes({ name }: Pick<Target, 'name'>, looked: readonly LookedAt[]): string {
  const lines = linesOf(looked)
  if (!looked.some(({ kind }) => kind === 'dismissable')) throw new ResponderError('incident.state', lines.join('\n').trim())
  return [`In ${name}:`, ...lines].join('\n')
}

/** Each incident in words, those together to which the same happens. */
function linesOf(looked: readonly LookedAt[]): string[] {
  const byEffect = new Map<string, string[]>()
  for (const one of looked)
    if (one.kind === 'dismissable')
      byEffect.set(one.does, [...(byEffect.get(one.does) ?? []), `${one.incident.id}: ${printable(one.says, 400)}`])
  return [
    ...[...byEffect].flatMap(([does, each]) => [...each, `  ${printable(does, 600)}`]),
    ...looked.flatMap((one) => (one.kind === 'refused' ? [`Not dismissed, ${printable(one.id, 60)}: ${printable(one.why, 300)}`] : [])),
  ]
}

/** Dismisses incidents as they were looked at. `isWhole`: none was refused. */
export async function dismissIncidents(
  target: Target,
  looked: readonly LookedAt[],
  { reason, isJson }: { reason: string; isJson: boolean },
): Promise<{ readonly output: string; readonly isWhole: boolean }> {
  requireReason({ reason })
  const picked = looked.flatMap((one) => (one.kind === 'dismissable' ? [{ id: one.incident.id, revision: one.revision }] : []))
  const refused = looked.flatMap((one): Dismissed[] => (one.kind === 'refused' ? [{ id: one.id, outcome: 'refused', why: one.why }] : []))
  const results = [...(picked.length === 0 ? [] : await dismissEach(target, picked, reason)), ...refused]
  const isWhole = results.every(({ outcome }) => outcome !== 'refused')
  if (isJson) return { output: results.map((one) => jsonText(one)).join('\n'), isWhole }
  const lines = results.map(
    ({ id, who, outcome, why }) =>
      `${LABELS[outcome]} ${printable(id, 60)}${who === undefined ? '' : `, ${printable(who, 80)}`}: ${printable(why, 300)}.`,
  )
  return { output: [...lines, ...acceptedLine(results, target)].join('\n'), isWhole }
}

/** What was accepted in all, and the command that lists it. */
function acceptedLine(results: readonly Dismissed[], target: Target): string[] {
  const accepted = acceptedInAll(results)
  if (accepted === undefined) return []
  const { says, lists } = accepted
  return [lists === undefined ? says : `${says} \`${commandOn(target, 'patterns')}\` ${lists} the command that revokes it.`]
}

/** What became of one, as the first words of a line. */
const LABELS: Readonly<Record<Dismissed['outcome'], string>> = { dismissed: 'Dismissed', second: 'Noted', refused: 'Not dismissed' }
