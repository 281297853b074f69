import type { Incident } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { ResponderError } from '../../shared/errors.ts'
import type { Model } from '../../shared/ports/advisor.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { explain } from '../../shared/review/explain/explain.ts'
import { CSF_OUTCOMES, type Sentence } from '../../shared/review/explain/explanation.ts'
import { collectFacts } from '../../shared/review/explain/facts.ts'
import { sourceOf } from '../../shared/review/explain/lines.ts'
import { commandOn } from '../command-name.ts'
import { jsonText } from '../render/json-text.ts'
import { nextCommands } from '../render/next-commands.ts'
import type { Paint } from '../render/style.ts'
import { table } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'
import { notesOf } from './incidents.ts'

/** Explains an incident and lists the facts that the sentences cite; with `isJson`, as one JSON object. */
export async function explainIncident(
  target: Target,
  id: string,
  { model, isJson, paint, width }: { model: Model | undefined; isJson: boolean; paint: Paint; width?: number | undefined },
): Promise<string> {
  const [stored, signals, changes] = await Promise.all([
    target.incidents.get(id),
    target.incidents.signals(id, tellUnreadable),
    target.record.list(incidentSubject(id)),
  ])
  if (stored === undefined)
    throw new ResponderError(
      'incident.unknown',
      `no incident ${id} in ${target.name}; \`${commandOn(target, 'incidents')}\` lists the open ones`,
    )
  const known = { incident: stored.value, signals, changes }
  const explanation = await explain(known, model)
  if (isJson) return jsonText({ incidentId: id, ...explanation, facts: collectFacts(known) })
  const cited = new Set(
    [explanation.summary, explanation.why, explanation.response, explanation.rotation].flat().flatMap(({ evidence }) => evidence),
  )
  const facts = collectFacts(known).filter((fact) => cited.has(fact.id))
  const told = [
    paint('bold', `Incident ${id}: explained by ${sourceOf(explanation)}`),
    ...section('What happened', explanation.summary, paint),
    ...section(whyTitle(stored.value), explanation.why, paint),
    '',
    paint('bold', 'What comes next (NIST CSF 2.0)'),
    ...explanation.response.map(({ outcome, text, evidence }) => `  ${CSF_OUTCOMES[outcome]} ${outcome}  ${text} [${evidence.join(' ')}]`),
    ...(explanation.rotation.length === 0 ? [] : section('The key', explanation.rotation, paint)),
    ...nextCommands(stored.value, changes, { target, paint, width }),
    '',
    paint('bold', 'Facts'),
    table(
      [{}, { isText: true }],
      facts.map(({ id: fact, text }) => [fact, printable(text, 1_200)]),
      { width, indent: 2 },
    ),
    ...notesOf(target).flatMap((note) => ['', note]),
  ]
  return wrapText(told.join('\n'), width)
}

/** What the reasons are reasons for. */
function whyTitle({ containedAt, restrictedAt, state }: Incident): string {
  const isUnderWay = state === 'containing' || state === 'restricting'
  return containedAt === undefined && restrictedAt === undefined && !isUnderWay ? 'Why this was decided' : 'Why this was done'
}

function section(title: string, sentences: readonly Sentence[], paint: Paint): string[] {
  return ['', paint('bold', title), ...sentences.map(({ text, evidence }) => `  ${printable(text, 500)} [${evidence.join(' ')}]`)]
}
