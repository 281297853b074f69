import { printable } from '../domain/printable.ts'
import { type Recording, recordingOf } from '../domain/trail.ts'
import { errorName } from '../errors.ts'
import type { Notifier } from '../ports/notices.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { Trails } from '../ports/trails.ts'

/** What the check of the trails needs. It changes nothing. */
export interface TrailCheckPorts {
  readonly trails: Trails
  /** The region of the stack. */
  readonly region: string
  readonly notifier: Notifier
  readonly clock: Clock
  readonly log: Log
}

type Fault = Exclude<Recording['kind'], 'whole'>

const TITLES: Readonly<Record<Fault, string>> = {
  missing: 'No trail records API calls: EventBridge delivers none, so the responder sees nothing',
  partial: 'The trails do not record all API calls: the responder does not see the rest',
  unknown: 'Whether a trail records API calls could not be read: the responder may see nothing',
}

const FIRST: Readonly<Record<Fault, string>> = {
  missing:
    'Have a trail of all regions log management events, reads and writes: "Create trail" in the console of CloudTrail, or start the one that is there. An event data store of CloudTrail Lake does not help: it delivers nothing to EventBridge.',
  partial: 'Set the trail to all regions and to management events, reads and writes, without services that are left out.',
  unknown: 'Find out what keeps the role of the function sweep from cloudtrail:DescribeTrails, GetTrailStatus and GetEventSelectors.',
}

/**
 * A function that reads the trails and tells people what these do not record. Each fault is counted in every run, and told once, and again where it changes or
 * the function is started anew. That the trails cannot be read is told when it happens twice in a row.
 */
export function trailCheck(ports: TrailCheckPorts): () => Promise<Recording> {
  let told = ''
  let before: Recording['kind'] = 'whole'
  return async () => {
    const recording = await readRecording(ports)
    const { kind, lines } = recording
    const isFirstUnknown = kind === 'unknown' && before !== 'unknown'
    before = kind
    if (kind === 'whole') {
      told = ''
      return recording
    }
    warn(kind, lines, ports.log)
    const body = bodyOf(kind, recording)
    if (isFirstUnknown || body === told) return recording
    await ports.notifier.notify({ incidentId: 'none', kind: 'self-check', priority: 100, title: TITLES[kind], body })
    told = body
    return recording
  }
}

/** Counts a fault in each run that finds it. Each has an alarm, which stands as long as the fault does. */
function warn(kind: Fault, lines: readonly string[], log: Log): void {
  const fields = { lines: lines.map((line) => printable(line, 400)) }
  switch (kind) {
    case 'missing':
      return log.warn('trail.missing', fields)
    case 'partial':
      return log.warn('trail.partial', fields)
    case 'unknown':
      return log.warn('trail.unread', fields)
  }
}

/** What the trails record; `unknown` where they cannot be listed. */
export async function readRecording({ trails, region, clock }: Pick<TrailCheckPorts, 'trails' | 'region' | 'clock'>): Promise<Recording> {
  try {
    return recordingOf(await trails.read(), { region, now: clock.now() })
  } catch (cause) {
    return { kind: 'unknown', lines: [`the trails could not be listed: ${errorName(cause)}`], commands: [] }
  }
}

function bodyOf(kind: Fault, { lines, commands }: Recording): string {
  return [
    `${TITLES[kind]}.`,
    ...lines.map((line) => printable(line, 400)),
    FIRST[kind],
    ...commands.map((command) => `    ${printable(command, 400)}`),
    'If nobody of yours changed it, somebody is blinding the responder: read the event history of CloudTrail, which needs no trail, for StopLogging, DeleteTrail, UpdateTrail and PutEventSelectors.',
  ].join('\n')
}
