import type { Change } from '../domain/change.ts'
import { withRename } from '../domain/follow-rename.ts'
import type { Incident } from '../domain/incident.ts'
import { goneSteps, standingSteps } from '../domain/progress.ts'
import type { Rename } from '../domain/rename.ts'
import type { Identity } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { updateIncident } from '../record/update-incident.ts'
import { attempt } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { iamOf, quarantineArnFor } from './in-account.ts'
import { accessKey } from './steps/access-key.ts'
import { isSameValue, type StepValue, type Subject } from './steps/step.ts'
import { stepFor, targetOfUser } from './steps/steps.ts'
import { userAttachment } from './steps/user-attachment.ts'
import { keyOf as keyOfSubject } from './subjects.ts'

/**
 * Moves the steps of users that were renamed to their new names, in the record: the undo record stays the same. Answers what people are told.
 *
 * The step under the new name is planned before the one under the old name is closed, so that a run which breaks off between the two loses none. Where
 * a policy of ours still stands under the old name, somebody else has that name now and was denied in error: it is taken away, where the owner of a key
 * in IAM says so. Respond may write the incident and its chain: nothing that these say is set back, and who is free by them alone stays denied.
 */
export async function followRenames(
  { renames = [] }: Incident,
  changeLog: ChangeLog,
  ports: Pick<ContainPorts, 'iam' | 'account' | 'accounts' | 'log' | 'quarantinePolicyArn'>,
): Promise<string[]> {
  const lines: string[] = []
  const doubts: string[] = []
  for (const rename of renames) {
    // The time tells this rename from an earlier one to the same name.
    const why = `user ${rename.from} was renamed to ${rename.to} (${new Date(rename.time).toISOString()})`
    const steps = stepsOf(rename, why, changeLog.changes)
    const iam = iamOf(rename, ports)
    const owner = steps.length === 0 ? undefined : await ownerOfSteps(steps, iam)
    // Only a key that contain itself switched off proves by its owner that the user of the new name is the one that was contained.
    const own = steps.filter((one) => changeLog.own.had(one))
    const isSameUser = own.length > 0 && (await ownerOfSteps(own, iam)) === rename.to
    for (const { target, before, contained, wasGone } of steps) {
      const step = stepFor(target)
      const left = wasGone ? null : ((await step?.read(iamOf(step.subject, ports))) ?? null)
      const isLeft = step !== undefined && left !== null && isSameValue(left, contained)
      if (owner === rename.from || (isLeft && owner === undefined)) {
        doubts.push(`${why} by the record, and IAM shows its key or our policy under the old name: ${target} was not moved, look who it is`)
        continue
      }
      const moved = targetOfUser(target, rename.to)
      if (moved === undefined) continue
      const isOwn = isSameUser && changeLog.own.had({ target, before, contained })
      const isUnplanned = () => standingSteps(changeLog.changes).every((one) => one.target !== moved)
      if (isUnplanned()) await changeLog.write({ kind: 'step-planned', target: moved, from: before, to: contained, why }, isUnplanned)
      if (isOwn) await changeLog.own.note({ target: moved, before, contained }, why)
      if (isLeft) {
        const isOurs =
          !step.isCredential &&
          (step.kind !== userAttachment.kind || userAttachment.parse(target)?.policyArn === quarantineArnFor(step.subject, ports))
        const outcome =
          isOurs && before === null ? await attempt(step, null, ports) : 'not taken away, because something stood there before'
        if (outcome !== 'written') doubts.push(`${why}, and somebody else of the old name is still denied: ${target}: ${outcome}`)
      }
      const isOpen = () => wasGone || standingSteps(changeLog.changes).some((one) => one.target === target)
      await changeLog.write({ kind: 'step-gone', target, from: null, to: null, why }, isOpen)
      if (!lines.includes(why)) lines.push(why)
    }
  }
  return [...lines.map((line) => `${line}: what was contained is contained under the new name`), ...doubts]
}

/** Who has the keys of some steps by IAM now; undefined where there is no key, or where IAM does not show it. */
async function ownerOfSteps(steps: readonly { readonly target: string }[], iam: ContainPorts['iam']): Promise<string | undefined> {
  for (const { target } of steps) {
    const key = accessKey.parse(target)
    const owner = key === undefined ? undefined : await iam.ownerNameOf(key.accessKeyId)
    if (owner !== undefined) return owner
  }
  return undefined
}

/** The steps on a user from before it was renamed, with those that were found gone before the rename was known. Each is moved once. */
function stepsOf(
  { from, account }: Rename,
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
    if (subject?.kind !== 'iam-user' || subject.name !== from || subject.account !== account || moved.has(target)) return []
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
  ports: Pick<ContainPorts, 'iam' | 'account' | 'accounts' | 'incidents' | 'clock' | 'log'>,
): Promise<Versioned<Incident>> {
  const { identity } = stored.value
  return identity.kind === 'iam-user' ? findByNames(stored, [{ name: identity.name }], ports) : Promise.resolve(stored)
}

/**
 * Looks for the new names of the users that steps are about, by the owners that IAM names for their keys: the event of a rename may not have been
 * delivered. Returns the incident under the new names, or the same where there are none.
 */
export function findRenames(
  stored: Versioned<Incident>,
  targets: Iterable<string>,
  ports: Pick<ContainPorts, 'iam' | 'account' | 'accounts' | 'incidents' | 'clock' | 'log'>,
): Promise<Versioned<Incident>> {
  const users = [...targets].flatMap((target) => userOf(target) ?? [])
  return findByNames(stored, new Map(users.map((user) => [keyOfSubject(user), user])).values(), ports)
}

async function findByNames(
  stored: Versioned<Incident>,
  users: Iterable<User>,
  { incidents, clock, log, ...ports }: Pick<ContainPorts, 'iam' | 'account' | 'accounts' | 'incidents' | 'clock' | 'log'>,
): Promise<Versioned<Incident>> {
  let current = stored
  for (const user of users) {
    const { name: from, account } = user
    const key = keyOf(current.value, from, account)
    if (key === undefined) continue
    const owner = await renamedOwner(key, from, iamOf(user, ports)).catch((cause: unknown) => {
      // Nothing is known then: the next look asks again.
      log.warn('contain.owner.unknown', { error: errorName(cause) })
      return undefined
    })
    if (owner === undefined) continue
    const rename: Rename = {
      from,
      to: owner.name,
      arn: owner.id,
      time: clock.now(),
      ...(account === undefined ? {} : { account }),
    }
    current = await updateIncident(current, (incident) => withRename(incident, rename), incidents)
  }
  return current
}

/** The owner of a key where it has another name than this one. Mostly it has not, and the first call says so. */
async function renamedOwner(key: string, from: string, iam: ContainPorts['iam']): Promise<Identity | undefined> {
  const name = await iam.ownerNameOf(key)
  return name === undefined || name === from ? undefined : iam.ownerOf(key)
}

type User = Pick<Subject, 'name' | 'account'>

function userOf(target: string): Subject | undefined {
  const subject = stepFor(target)?.subject
  return subject?.kind === 'iam-user' ? subject : undefined
}

/** A key of a user that the incident knows. `account`: that of the user, where it is another one than that of the incident's identity. */
export function keyOf({ identity, credentials, lineage }: Incident, userName: string, account?: string): string | undefined {
  const isOwn = identity.kind === 'iam-user' && identity.name === userName && account === undefined
  const own = isOwn ? credentials.find(({ kind }) => kind === 'access-key') : undefined
  return own?.id ?? lineage.find((edge) => edge.kind === 'access-key' && edge.owner === userName && edge.account === account)?.id
}
