import type { Change } from '../domain/change.ts'
import { withRename } from '../domain/follow-rename.ts'
import type { Incident } from '../domain/incident.ts'
import type { Rename } from '../domain/rename.ts'
import { errorName } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { updateIncident } from '../record/update-incident.ts'
import type { ChangeLog } from './change-log.ts'
import { goneSteps, standingSteps } from './progress.ts'
import { isSameValue, type StepValue } from './steps/step.ts'
import { stepFor, targetOfUser } from './steps/steps.ts'
import { undoStep } from './undo-step.ts'

/**
 * Moves the steps of users that were renamed to their new names, in the record: the undo record stays the same. Answers what people are told.
 *
 * The step under the new name is planned before the one under the old name is closed, so that a run which breaks off between the two loses none. Where
 * the value of a step still stands under the old name, somebody else has that name now and was denied in error: the value is set back.
 */
export async function followRenames(
  { renames = [] }: Incident,
  changeLog: ChangeLog,
  { iam }: Pick<ContainPorts, 'iam'>,
): Promise<string[]> {
  const lines: string[] = []
  const doubts: string[] = []
  for (const rename of renames) {
    // The time tells this rename from an earlier one to the same name.
    const why = `user ${rename.from} was renamed to ${rename.to} (${new Date(rename.time).toISOString()})`
    for (const { target, before, contained, wasGone } of stepsOf(rename, why, changeLog.changes)) {
      const moved = targetOfUser(target, rename.to)
      if (moved === undefined) continue
      const isUnplanned = () => standingSteps(changeLog.changes).every((one) => one.target !== moved)
      if (isUnplanned()) await changeLog.write({ kind: 'step-planned', target: moved, from: before, to: contained, why }, isUnplanned)
      const planned = standingSteps(changeLog.changes).find((one) => one.target === target)
      const left = planned === undefined ? null : ((await stepFor(target)?.read(iam)) ?? null)
      if (planned !== undefined && left !== null && isSameValue(left, contained)) {
        const doubt = await undoStep(planned, { changeLog, cause: why }, { iam })
        if (doubt !== undefined) doubts.push(`${why}, and somebody else of the old name is still denied: ${doubt}`)
      }
      const isOpen = () => wasGone || standingSteps(changeLog.changes).some((one) => one.target === target)
      await changeLog.write({ kind: 'step-gone', target, from: null, to: null, why }, isOpen)
      if (!lines.includes(why)) lines.push(why)
    }
  }
  return [...lines.map((line) => `${line}: what was contained is contained under the new name`), ...doubts]
}

/** The steps on a user from before it was renamed, with those that were found gone before the rename was known. Each is moved once. */
function stepsOf(
  { from }: Rename,
  why: string,
  changes: readonly Change[],
): { target: string; before: StepValue; contained: StepValue; wasGone: boolean }[] {
  const gone = goneSteps(changes)
  const isOfThis = ({ kind, why: cause }: Change) =>
    (kind === 'step-gone' && cause === why) || (kind === 'step-undone' && cause.startsWith(why))
  const moved = new Set(changes.filter(isOfThis).map(({ target }) => target))
  const targets = [...standingSteps(changes).map(({ target }) => target), ...gone]
  return targets.flatMap((target) => {
    const subject = stepFor(target)?.subject
    if (subject?.kind !== 'iam-user' || subject.name !== from || moved.has(target)) return []
    const planned = changes.findLast((change) => change.kind === 'step-planned' && change.target === target)
    if (planned === undefined) return []
    return [{ target, before: planned.from as StepValue, contained: planned.to as StepValue, wasGone: gone.has(target) }]
  })
}

/**
 * The incident under the name that its own user has now, by the owner that IAM names for its key. A name in an event is what the user was called at
 * that time; before anything is written by it, IAM says who has it.
 */
export function findOwnName(
  stored: Versioned<Incident>,
  ports: Pick<ContainPorts, 'iam' | 'incidents' | 'clock' | 'log'>,
): Promise<Versioned<Incident>> {
  const { identity } = stored.value
  return identity.kind === 'iam-user' ? findByNames(stored, [identity.name], ports) : Promise.resolve(stored)
}

/**
 * Looks for the new names of the users that steps are about, by the owners that IAM names for their keys: the event of a rename may not have been
 * delivered. Returns the incident under the new names, or the same where there are none.
 */
export function findRenames(
  stored: Versioned<Incident>,
  targets: Iterable<string>,
  ports: Pick<ContainPorts, 'iam' | 'incidents' | 'clock' | 'log'>,
): Promise<Versioned<Incident>> {
  return findByNames(stored, new Set([...targets].flatMap((target) => nameOfUser(target) ?? [])), ports)
}

async function findByNames(
  stored: Versioned<Incident>,
  names: Iterable<string>,
  { iam, incidents, clock, log }: Pick<ContainPorts, 'iam' | 'incidents' | 'clock' | 'log'>,
): Promise<Versioned<Incident>> {
  let current = stored
  for (const from of names) {
    const key = keyOf(current.value, from)
    const owner =
      key === undefined
        ? undefined
        : await iam.ownerOf(key).catch((cause: unknown) => {
            // Nothing is known then: the next look asks again.
            log.warn('contain.owner.unknown', { error: errorName(cause) })
            return undefined
          })
    if (owner === undefined || owner.name === from) continue
    const rename: Rename = { from, to: owner.name, arn: owner.id, time: clock.now() }
    current = await updateIncident(current, (incident) => withRename(incident, rename), incidents)
  }
  return current
}

function nameOfUser(target: string): string | undefined {
  const subject = stepFor(target)?.subject
  return subject?.kind === 'iam-user' ? subject.name : undefined
}

/** A key of a user that the incident knows. */
export function keyOf({ identity, credentials, lineage }: Incident, userName: string): string | undefined {
  const own = identity.kind === 'iam-user' && identity.name === userName ? credentials.find(({ kind }) => kind === 'access-key') : undefined
  return own?.id ?? lineage.find(({ kind, owner }) => kind === 'access-key' && owner === userName)?.id
}
