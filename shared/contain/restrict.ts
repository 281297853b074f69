import { foreignAccount } from '../decide/decide.ts'
import type { Incident } from '../domain/incident.ts'
import { standingSteps } from '../domain/progress.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import type { PolicyInForce } from '../record/policy-in-force.ts'
import { applyStep, isWrite, NOT_READ_BACK } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { finishRun, type RunOutcome } from './finish-run.ts'
import { permissionFor, restrictionRefusal } from './permission.ts'
import { type ReadStep, readStep } from './read-step.ts'
import { reservePlace } from './reserve-place.ts'
import { restrictionStepsOf, shortfallOf } from './restriction-plan.ts'
import type { Step, StepValue } from './steps/step.ts'
import { strangerIn } from './stranger.ts'
import { boundsOf, type Known, keyOf, subjectOf } from './subjects.ts'

/**
 * Brings an incident in state `restricting` to `restricted`, or to `asking` where a bound stands against it or the step on its own identity is not in
 * place. `users` is how many the account has: the breaker lets a share of them be restricted, apart from those that are contained.
 */
export async function restrict(
  stored: Versioned<Incident>,
  changeLog: ChangeLog,
  inForce: PolicyInForce & { readonly users: number },
  ports: ContainPorts,
): Promise<void> {
  const incident = stored.value
  const ask = (why: string) => finishRun(stored, { kind: 'asking', why: [why] }, changeLog, ports)
  const foreign = foreignAccount(incident.identity, ports)
  if (foreign !== undefined) return ask(foreign)
  const steps = restrictionStepsOf(incident)
  const [known, read] = await Promise.all([
    boundsOf(subjectsOf(incident, steps), incident, inForce.policy, ports),
    Promise.all(steps.map((step) => readStep(step, ports))),
  ])
  const refusal = refusalOf(incident, known, steps.length)
  if (refusal !== undefined) return ask(refusal)
  const isWritten = (one: ReadStep) => {
    const value = standingValue(one, incident)
    return (
      value !== undefined && restrictionRefusal(known.get(keyOf(one.step.subject))) === undefined && isWrite(one.step, value, changeLog)
    )
  }
  const full = read.some(isWritten) ? await reservePlace(incident, inForce, ports, 'restriction') : undefined
  if (full !== undefined) return ask(full)
  const lines: { readonly step: Step; readonly doubt: string }[] = []
  for (const one of read) {
    const doubt = restrictionRefusal(known.get(keyOf(one.step.subject))) ?? (await applyRead(one, { incident, changeLog }, ports))
    if (doubt !== undefined) lines.push({ step: one.step, doubt })
  }
  const standing = standingSteps(changeLog.changes)
  const short = steps.flatMap((step) => shortfallOf(step, standing.find(({ target }) => target === step.target)?.contained ?? null) ?? [])
  await finishRun(stored, outcomeOf(incident, lines, short), changeLog, ports)
}

/**
 * Applies what a restriction still lacks on an incident that was restricted: steps on other roles that no run could plan, because the role could not be
 * looked at then. The incident may say only that it was restricted: the step on its own identity is left to `restrict`, whose bounds hold here too, and what
 * is written takes a place.
 */
export async function restrictMissing(
  { value: incident }: Versioned<Incident>,
  changeLog: ChangeLog,
  inForce: PolicyInForce & { readonly users: number },
  ports: ContainPorts,
): Promise<void> {
  const planned = new Set(changeLog.changes.map(({ target }) => target))
  const own = subjectOf(incident)
  const missing = restrictionStepsOf(incident).filter(
    ({ target, subject }) => !planned.has(target) && (own === undefined || keyOf(subject) !== keyOf(own)),
  )
  if (missing.length === 0) return
  const permission = await permissionFor(incident, missing, 'restriction', { policy: inForce.policy, ports })
  const allowed = missing.filter((step) => permission.refusalOf(step) === undefined)
  if (allowed.length === 0 || (await reservePlace(incident, inForce, ports, 'restriction')) !== undefined) return
  for (const step of allowed) await applyRead(await readStep(step, ports), { incident, changeLog }, ports)
}

/** The incident's own user or role, and the others that its steps are on. */
function subjectsOf(incident: Incident, steps: readonly Step[]) {
  return [...[subjectOf(incident) ?? []].flat(), ...steps.map(({ subject }) => subject)]
}

async function applyRead(
  one: ReadStep,
  { incident, changeLog }: { incident: Incident; changeLog: ChangeLog },
  ports: ContainPorts,
): Promise<string | undefined> {
  const value = standingValue(one, incident)
  if (value !== undefined) return applyStep(one.step, value, changeLog, ports)
  return one.reading.kind === 'failed' ? `could not be looked at: ${one.reading.error}` : undefined
}

/**
 * What stands where a step is about to be applied; undefined where it could not be read. On the incident's own user or role it is put unread, as a containment
 * is: what stands under that name can only be ours, and the record says whether it contains.
 */
function standingValue({ step, reading }: ReadStep, incident: Incident): StepValue | undefined {
  if (reading.kind === 'read') return reading.value
  const own = subjectOf(incident)
  return own !== undefined && keyOf(step.subject) === keyOf(own) ? null : undefined
}

/** Why an incident is not restricted at all, or undefined where it is. */
function refusalOf(incident: Incident, known: ReadonlyMap<string, Known>, steps: number): string | undefined {
  const { identity, restriction } = incident
  const subject = subjectOf(incident)
  if (subject !== undefined && restriction !== undefined && steps === 0)
    return `the sessions of role ${identity.name} cannot be told apart: none is restricted, a person has to decide`
  const own = subject === undefined ? undefined : known.get(keyOf(subject))
  if (subject === undefined || own === undefined || steps === 0) return 'nothing here that can be restricted by API'
  return strangerIn(incident, subject, own) ?? restrictionRefusal(own)
}

/**
 * What is not in place on the incident's own identity keeps it from being restricted; of another role it is only told, as a remark. So is what there is no room to
 * deny: `short`.
 */
function outcomeOf(
  incident: Incident,
  lines: readonly { readonly step: Step; readonly doubt: string }[],
  short: readonly string[],
): RunOutcome {
  const own = subjectOf(incident)
  const isOwn = ({ subject }: Step) => own !== undefined && keyOf(subject) === keyOf(own)
  const said = lines.filter(({ doubt, step }) => !(doubt === NOT_READ_BACK && isOwn(step)))
  const text = ({ step, doubt }: (typeof lines)[number]) => `${step.title}: ${doubt}`
  const doubts = said.filter(({ step }) => isOwn(step)).map(text)
  const remarks = [...said.filter(({ step }) => !isOwn(step)).map(text), ...short]
  if (doubts.length > 0) return { kind: 'asking', why: [...doubts, ...remarks] }
  return said.length < lines.length ? { kind: 'unread' } : { kind: 'restricted', remarks }
}
