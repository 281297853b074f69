import { isDeepStrictEqual } from 'node:util'
import type { Incident } from '../../shared/domain/incident.ts'
import type { UserAsItIs } from '../../shared/ports/drill.ts'
import { DRILL_REASON, type DrillOptions, type DrillPorts } from './drill-ports.ts'
import { detectedIn, recordedIn, toldIn } from './see-incident.ts'
import type { DrillStep, StepName } from './step.ts'
import type { KeyUse } from './use-key.ts'
import { watch } from './watch.ts'

/** So long IAM may take until it shows a user as it was given back. */
const RESTORED_WITHIN_MS = 60_000

/** A drill whose key was used. */
export interface Drill {
  readonly id: string
  readonly name: string
  readonly before: UserAsItIs | undefined
  readonly use: KeyUse
  readonly options: DrillOptions
  readonly ports: DrillPorts
  readonly steps: DrillStep[]
}

/** Adds a step that happened. */
export function done({ steps, use, ports }: Drill, name: StepName, note: string, at = ports.time.now()): void {
  steps.push({ name, outcome: 'done', atMs: at - use.firstAt, note })
}

function without({ steps }: Drill, outcome: 'missed' | 'not-called-for', names: readonly StepName[], note: string): void {
  for (const name of names) steps.push({ name, outcome, note })
}

/** What follows from the use of the key, until the user is as it was. */
export async function followUse(drill: Drill): Promise<void> {
  const { id, options, ports } = drill
  const look = <T>(read: () => Promise<T | undefined>) => watch(read, options.limitMs, ports.time)
  const incident = await look(() => detectedIn(id, ports.target))
  if (incident === undefined)
    return without(
      drill,
      'missed',
      ['detected', 'inactive', 'contained', 'told', 'recorded', 'released', 'restored'],
      'no incident: `countersign doctor --stack` says which calls arrive',
    )
  const { decision } = incident
  done(drill, 'detected', `incident ${id}: ${decision.action}${decision.action === decision.would ? '' : `, would ${decision.would}`}`)
  await seeContained(drill, incident)
  if (decision.action === 'observe') without(drill, 'not-called-for', ['told'], `mode ${decision.mode} tells nobody`)
  else {
    const told = await look(() => toldIn(id, ports.target))
    if (told === undefined) without(drill, 'missed', ['told'], 'nobody was told: look at the queue of notices and at the function slack')
    else done(drill, 'told', told)
  }
  await seeRecorded(drill)
  await seeReleased(drill)
}

async function seeContained(drill: Drill, { decision }: Incident): Promise<void> {
  const { id, name, options, ports } = drill
  if (decision.action !== 'contain' && decision.action !== 'restrict') {
    const isByMode = decision.mode !== 'contain'
    const why = isByMode ? `mode ${decision.mode} calls for ${decision.action}; it would ${decision.would}` : decision.why.join('; ')
    return without(drill, isByMode ? 'not-called-for' : 'missed', ['inactive', 'contained'], why)
  }
  const isRestriction = decision.action === 'restrict'
  const keyOff = async () => {
    const keys = (await ports.account.userAsItIs(name))?.keys
    return keys?.every(({ status }) => status === 'Inactive') === true ? ports.time.now() : undefined
  }
  const stopped = async () => {
    const state = (await ports.target.incidents.get(id))?.value.state
    return state === 'contained' || state === 'restricted' || state === 'asking' ? { state, at: ports.time.now() } : undefined
  }
  const [off, found] = await Promise.all([
    isRestriction ? undefined : watch(keyOff, options.limitMs, ports.time),
    watch(stopped, options.limitMs, ports.time),
  ])
  if (isRestriction) without(drill, 'not-called-for', ['inactive'], `mode ${decision.mode} leaves the key on and takes rights`)
  else if (off === undefined) without(drill, 'missed', ['inactive'], 'the key is still active')
  else done(drill, 'inactive', 'its status is Inactive', off)
  const wanted = isRestriction ? 'restricted' : 'contained'
  if (found?.state === wanted) done(drill, 'contained', `state ${found.state}`, found.at)
  else
    without(
      drill,
      'missed',
      ['contained'],
      `state ${found?.state ?? 'containing'}: ${(await ports.target.incidents.get(id))?.value.decision.why.join('; ')}`,
    )
}

async function seeRecorded(drill: Drill): Promise<void> {
  const { id, use, options, ports } = drill
  const look = async () => {
    const seen = await recordedIn(id, use, ports.target)
    return seen !== undefined && 'missing' in seen ? undefined : seen
  }
  const seen = (await watch(look, options.limitMs, ports.time)) ?? (await recordedIn(id, use, ports.target))
  if (seen !== undefined && 'note' in seen) done(drill, 'recorded', seen.note)
  else
    without(
      drill,
      'missed',
      ['recorded'],
      seen === undefined ? 'nothing' : 'fault' in seen ? seen.fault : `not on the timeline: ${seen.missing.join(', ')}`,
    )
}

async function seeReleased(drill: Drill): Promise<void> {
  const { id, name, before, options, ports } = drill
  const reviewed = await ports.target.review(id, { kind: 'legitimate', reason: DRILL_REASON })
  if (reviewed.awaitsSecond) ports.say(`The policy wants a second person (fourEyes): ${options.secondVerdict(id)}`)
  const released = async () => ((await ports.target.incidents.get(id))?.value.state === 'released' ? ports.time.now() : undefined)
  const at = await watch(released, options.limitMs, ports.time)
  if (at === undefined)
    return without(
      drill,
      'missed',
      ['released', 'restored'],
      reviewed.awaitsSecond ? 'no second person gave the verdict' : 'it is not released',
    )
  done(drill, 'released', `verdict legitimate by ${ports.target.caller}`, at)
  const restored = async () => (isDeepStrictEqual(await ports.account.userAsItIs(name), before) ? ports.time.now() : undefined)
  const same = await watch(restored, RESTORED_WITHIN_MS, ports.time)
  if (same === undefined) without(drill, 'missed', ['restored'], 'IAM has it otherwise than before')
  else done(drill, 'restored', 'keys and policies as before', same)
}
