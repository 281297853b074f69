import { UnreadableItem } from '../../errors.ts'
import { Incident, IncidentSignal } from '../incident.ts'
import { currentDetector } from '../policy-migration.ts'
import { type Fields, inEach, inFields, isFields, readText, renamed, type Shape, textOf } from '../stored.ts'
import { assessmentOfVersion2, findingOfVersion2 } from './finding.ts'

/**
 * How an incident is stored. Version 1 is all that 0.1.0 wrote, its first days included. Version 3 added restrictions, of which an older incident says
 * nothing, and the axes of findings. Version 4 added how the identity was used before, and who works on it.
 */
export const INCIDENT_SHAPE: Shape<Incident> = {
  version: 4,
  schema: Incident,
  migrations: new Map([
    [1, incidentOfVersion1],
    [2, incidentOfVersion2],
    [3, (incident) => incident],
  ]),
}

/** How an incident's timeline is stored. Version 3 added `representedCalls`: an older signal stands for itself. Version 4 added places and objects. */
export const SIGNAL_SHAPE: Shape<IncidentSignal> = {
  version: 4,
  schema: IncidentSignal,
  migrations: new Map([
    [1, (signal) => ({ ...signal, detectors: currentNames(signal.detectors) })],
    [2, (signal) => signal],
    [3, (signal) => signal],
  ]),
}

/** The text of an incident, to be stored. */
export function writeIncident(incident: Incident): string {
  return textOf(INCIDENT_SHAPE, incident)
}

/** The incident in a text that is stored under `INCIDENT#id`. Throws `UnreadableItem` where it is none, or another's. */
export function readIncident(text: unknown, key: string): Incident {
  const incident = readText(INCIDENT_SHAPE, text, key)
  if (key !== `INCIDENT#${incident.id}`) throw new UnreadableItem(key, 'id: must be that of its key')
  return incident
}

/** The text of a signal of a timeline, to be stored. */
export function writeSignal(signal: IncidentSignal): string {
  return textOf(SIGNAL_SHAPE, signal)
}

/** The signal in a stored text. Throws `UnreadableItem` where it is none. */
export function readSignal(text: unknown, key: string): IncidentSignal {
  return readText(SIGNAL_SHAPE, text, key)
}

/** What an opinion of the first days of 0.1.0 did not say yet. */
const OPINION_DEFAULTS = {
  verdict: 'unclear',
  reasons: [],
  techniques: [],
  nextSteps: [],
  inputTokens: 0,
  outputTokens: 0,
  milliseconds: 0,
}

/**
 * `hold` became `suppression`, `isCulprit` became `isPrimary`, the lineage kind `door` became `backdoor`, `watch` became `sweep`, and five detectors
 * got other names. `approved`, the suppression's `confirmed` and parts of an opinion came during 0.1.0; so did `pagedAt`,
 * `extendedUntil`, `escalatedAt` and `owedNotice`, which may be absent.
 */
function incidentOfVersion1(stored: Fields): Fields {
  const incident = renamed(stored, 'hold', 'suppression')
  const { credentials, lineage, findings, assessment, verdict, suppression } = incident
  return {
    ...incident,
    credentials: inEach(credentials, (credential) => ({ isPrimary: false, ...renamed(credential, 'isCulprit', 'isPrimary') })),
    lineage: inEach(lineage, edgeOfVersion1),
    findings: inEach(findings, findingOfVersion1),
    assessment: inFields(assessment, assessmentOfVersion1),
    approved: incident.approved ?? [],
    verdict: inFields(verdict, verdictOfVersion1),
    suppression: inFields(suppression, suppressionOfVersion1),
  }
}

function incidentOfVersion2(incident: Fields): Fields {
  return {
    ...incident,
    findings: inEach(incident.findings, findingOfVersion2),
    assessment: inFields(incident.assessment, assessmentOfVersion2),
  }
}

function edgeOfVersion1(edge: Fields): Fields {
  return edge.kind === 'door' ? { ...edge, kind: 'backdoor' } : edge
}

function findingOfVersion1(finding: Fields): Fields {
  return { ...finding, detector: currentName(finding.detector) }
}

function assessmentOfVersion1(assessment: Fields): Fields {
  const { contributions, opinion } = assessment
  return {
    ...assessment,
    contributions: inEach(contributions, (one) => ({ ...one, finding: inFields(one.finding, findingOfVersion1) })),
    ...(isFields(opinion) && opinion.kind === 'answered' ? { opinion: { ...OPINION_DEFAULTS, ...opinion } } : {}),
  }
}

function verdictOfVersion1(verdict: Fields): Fields {
  const by = verdict.by === 'countersign:watch' ? 'countersign:sweep' : verdict.by
  return { ...verdict, by, ...(verdict.answered === undefined ? {} : { answered: inFields(verdict.answered, basisOfVersion1) }) }
}

function basisOfVersion1(basis: Fields): Fields {
  if (!isFields(basis.shares)) return basis
  return { ...basis, shares: Object.fromEntries(Object.entries(basis.shares).map(([id, share]) => [currentName(id), share])) }
}

/** `confirmed` holds `detector credential`. */
function suppressionOfVersion1(suppression: Fields): Fields {
  const { detectors, confirmed = [] } = suppression
  const held = (value: unknown) => {
    const [detector, ...credential] = String(value).split(' ')
    return typeof value === 'string' ? [currentName(detector), ...credential].join(' ') : value
  }
  return { ...suppression, detectors: currentNames(detectors), confirmed: Array.isArray(confirmed) ? confirmed.map(held) : confirmed }
}

function currentNames(detectors: unknown): unknown {
  return Array.isArray(detectors) ? detectors.map(currentName) : detectors
}

function currentName(detector: unknown): unknown {
  return typeof detector === 'string' ? currentDetector(detector) : detector
}
