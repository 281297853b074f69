import { incidentId, isClosed } from '../../shared/domain/incident.ts'
import type { DrillAccount } from '../../shared/ports/drill.ts'
import type { NewKey } from '../../shared/ports/iam.ts'
import type { PlannedCanary } from './canary-for.ts'
import { cleanUp, keptBy, type Made } from './clean-up.ts'
import { DRILL_REASON, type DrillOptions, type DrillPorts } from './drill-ports.ts'
import { type Drill, done, followUse } from './follow-use.ts'
import type { DrillReport, DrillStep } from './step.ts'
import { useKey } from './use-key.ts'
import { watch } from './watch.ts'

/** For so long a drill that broke off waits for its release, before it deletes what it made. */
const RELEASE_LIMIT_MS = 60_000

/**
 * Makes a canary, uses its key as an intruder would, waits for what the stack does, releases, and deletes what it has made, also where it breaks off. Every step that did not
 * happen is in the report; what went wrong otherwise is thrown, after the clean-up, with what is left said to the person.
 */
export async function runDrill(planned: PlannedCanary, options: DrillOptions, ports: DrillPorts): Promise<DrillReport> {
  const { account, say } = ports
  const { name, arn, mode } = planned
  const made: Made = { name, isUserMade: false, accessKeyId: undefined }
  const steps: DrillStep[] = []
  const id = incidentId(arn, undefined)
  let left: string[] = []
  let isThrough = false
  await announceBegin(planned, id, ports)
  try {
    const key = await makeCanary(planned, made, account)
    const before = await account.userAsItIs(name)
    say(`Made the user ${arn} without any rights, and the key ${key.id}. Using it now.`)
    const use = await useKey(account, key, ports.time)
    const drill: Drill = { id, name, before, use, options, ports, steps }
    done(drill, 'used', `${use.accepted.join(', ')}; refused: ${use.refused.join(', ') || 'none'}`, use.firstAt)
    await followUse(drill)
    isThrough = true
  } finally {
    if (options.isKept) {
      left = keptBy(made)
      steps.push({ name: 'removed', outcome: 'not-called-for', note: '--keep' })
    } else if (made.isUserMade) {
      await releaseOpen(id, ports)
      left = await cleanUp(made, account)
      steps.push({ name: 'removed', outcome: left.length === 0 ? 'done' : 'missed', note: left.length === 0 ? name : 'something is left' })
    }
    for (const one of left) say(`Left in the account: ${one}`)
    await announceEnd(planned, isThrough ? steps : undefined, ports).catch(() => say('People could not be told that the drill is over.'))
  }
  return { user: arn, incidentId: id, mode, steps, left }
}

/** Makes the user and its key. What IAM made although its answer was lost is noted too; the name is random, so nobody else has it. */
async function makeCanary({ path, name }: PlannedCanary, made: Made, account: DrillAccount): Promise<NewKey> {
  const found = () => account.userAsItIs(name).catch(() => undefined)
  try {
    await account.createUser(path, name)
    made.isUserMade = true
  } catch (cause) {
    const isOthers = cause instanceof Error && cause.name === 'EntityAlreadyExistsException'
    made.isUserMade = !isOthers && (await found()) !== undefined
    throw cause
  }
  try {
    const key = await account.createKey(name)
    made.accessKeyId = key.id
    return key
  } catch (cause) {
    made.accessKeyId = (await found())?.keys[0]?.id
    throw cause
  }
}

/** A drill that broke off releases what was contained for it, so that the user can be deleted without breaking a containment. */
async function releaseOpen(id: string, { target, time, say }: DrillPorts): Promise<void> {
  const open = async () => {
    const incident = (await target.incidents.get(id))?.value
    return incident !== undefined && !isClosed(incident)
  }
  if (!(await open())) return
  try {
    await target.review(id, { kind: 'legitimate', reason: DRILL_REASON })
    await watch(async () => ((await open()) ? undefined : true), RELEASE_LIMIT_MS, { ...time, stop: new AbortController().signal })
  } catch (cause) {
    say(`Incident ${id} could not be released: ${cause instanceof Error ? cause.message : 'unknown error'}`)
  }
}

/** Told before anything is made: whoever is on call learns of the drill from us, and from nothing that an intruder could imitate in an incident. */
function announceBegin({ name, arn }: PlannedCanary, id: string, { target }: DrillPorts): Promise<void> {
  const body = [
    `${target.caller} runs \`countersign drill\`. Within minutes the key of ${arn} is used, and incident ${id} is about that. The drill gives the verdict itself.`,
    'Everything else that you are told of is no drill, whatever its name: an incident about another user is what it says.',
  ].join('\n')
  return tell(`A drill begins: the user ${name} is a canary of it`, body, target)
}

/** `steps` is undefined where the drill broke off. */
function announceEnd({ name }: PlannedCanary, steps: readonly DrillStep[] | undefined, { target }: DrillPorts): Promise<void> {
  const missed = (steps ?? []).filter(({ outcome }) => outcome === 'missed').map((step) => step.name)
  const result =
    steps === undefined
      ? 'it broke off'
      : missed.length === 0
        ? 'every step that the policy calls for happened'
        : `not in time: ${missed.join(', ')}`
  return tell(`The drill about ${name} is over: ${result}`, 'From now on an incident about that name is no drill.', target)
}

function tell(title: string, body: string, { notifier }: DrillPorts['target']): Promise<void> {
  return notifier.notify({ incidentId: 'none', kind: 'self-check', priority: 100, title, body })
}
