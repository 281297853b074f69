import { INCIDENT_STATES, type IncidentState, isClosed } from '../shared/domain/incident.ts'
import type { IncidentEventKind } from '../shared/domain/incident-event.ts'
import { TRANSITIONS } from '../shared/domain/incident-machine.ts'

const KINDS = Object.keys(TRANSITIONS) as IncidentEventKind[]

/** The incident machine as a Mermaid state diagram: every event that leads from one state into another. */
export function machineDiagram(): string {
  const moves = new Map<string, string[]>()
  for (const kind of KINDS)
    for (const [from, targets] of Object.entries(TRANSITIONS[kind]))
      for (const to of targets) if (to !== from) moves.set(`${from} --> ${to}`, [...(moves.get(`${from} --> ${to}`) ?? []), kind])
  const closed = INCIDENT_STATES.filter((state) => isClosed({ state }))
  return [
    '',
    '```mermaid',
    'stateDiagram-v2',
    '    [*] --> watching',
    '    [*] --> asking',
    '    [*] --> restricting',
    '    [*] --> containing',
    ...[...moves].map(([move, kinds]) => `    ${move}: ${kinds.join(', ')}`),
    ...closed.map((state) => `    ${state} --> [*]`),
    '```',
    '',
  ].join('\n')
}

/** All states × all events as a table: where each leads; a dash where the event is refused. */
export function machineTable(): string {
  const cell = (state: IncidentState, kind: IncidentEventKind) => TRANSITIONS[kind][state]?.join(', ') ?? '–'
  const open = INCIDENT_STATES.filter((state) => !isClosed({ state }))
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    '',
    row(['event', ...open]),
    row(['---', ...open.map(() => '---')]),
    ...KINDS.map((kind) => row([`\`${kind}\``, ...open.map((state) => cell(state, kind))])),
    '',
  ].join('\n')
}
