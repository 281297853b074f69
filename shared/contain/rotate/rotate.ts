import { createHash } from 'node:crypto'
import { secretFor } from '../../domain/bounds.ts'
import { counted } from '../../domain/counted.ts'
import { withReasons } from '../../domain/decision.ts'
import { goneReason } from '../../domain/gone-text.ts'
import type { Incident } from '../../domain/incident.ts'
import { moved, withNotice } from '../../domain/incident-machine.ts'
import type { Policy } from '../../domain/policy.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { errorName, RefusedInAccount, ResponderError } from '../../errors.ts'
import type { RotatePorts } from '../../ports/rotate.ts'
import { incidentSubject } from '../../record/append.ts'
import { sendOwedNotice } from '../../record/notice.ts'
import { readOrders, rotationOrder } from '../../record/orders.ts'
import { readPolicy } from '../../record/policy-in-force.ts'
import { updateIncident } from '../../record/update-incident.ts'
import { type ChangeLog, openChangeLog } from '../change-log.ts'
import { hasOwnDeny } from '../narrow-deny.ts'
import { accessKey } from '../steps/access-key.ts'
import { refusalOf, USER_TAG } from './owned-secret.ts'
import { isRotated, type RotationProgress, rotationsOf } from './progress.ts'

/** Longer than the function may run (60 s): after this whoever planned a key and did not deliver it is dead. */
const LEASE_MS = 120_000

/** A key that cannot be put away is tried again after twice the time, up to so many doublings: 8.5 hours. */
const DOUBLINGS = 8

/** AWS's quota. */
const KEYS_PER_USER = 2

/**
 * Goes on with the rotation of an incident in state `rotating`, as far as it can by now: a new key goes to the owner's secret,
 * the old one is deleted when its last use is older than the grace period, and the incident is closed. Safe to call again at any time.
 *
 * Between making a key and putting it away its secret is nowhere but here. So the keys that the user had are recorded first: after
 * a crash a key that is neither among them nor in the secret, and never was used, is one whose secret is lost, and is deleted.
 */
export async function rotate(incidentId: string, home: RotatePorts): Promise<void> {
  const [stored, { policy }] = await Promise.all([home.incidents.get(incidentId), readPolicy(home.record)])
  if (stored === undefined) throw new ResponderError('incident.unknown', `no incident ${incidentId} in the table`)
  const ports = inAccountOf(stored.value, home)
  if (stored.value.state !== 'rotating') return void (await sendOwedNotice(stored, ports))
  // Read after the incident. The verdict and its order are written before the state, which respond may write as well.
  const [orders, changes] = await Promise.all([readOrders(incidentId, ports.record), ports.record.list(incidentSubject(incidentId))])
  const order = rotationOrder(changes, orders)
  // Contain, which the sweep invokes too, asks people.
  if (order === undefined) return ports.log.warn('rotate.unordered', { incidentId, of: 'rotating' })
  const changeLog = openChangeLog(incidentId, changes, ports, { actor: 'countersign:rotate' })
  const lines: string[] = []
  let broken: unknown
  const wasDelivered = rotationsOf(stored.value, changeLog.changes).filter(({ delivered }) => delivered !== undefined).length
  for (const rotation of rotationsOf(stored.value, changeLog.changes)) {
    const doubt = await renew(rotation, { incident: stored.value, policy, changeLog, orderedAt: Date.parse(order.at) }, ports).catch(
      (cause: unknown) => {
        if (cause instanceof RefusedInAccount) return cause.message
        if (isRefused(cause)) return `${(cause as Error).name}: deploy the stack again with the policy that is in force`
        // One key that cannot be looked at now keeps no other from being rotated; the run fails in the end, and is made again.
        broken = cause
        return undefined
      },
    )
    if (doubt !== undefined) lines.push(`key ${rotation.accessKeyId}: ${doubt}`)
  }
  const rotations = rotationsOf(stored.value, changeLog.changes)
  const delivered = rotations.flatMap(({ delivered }) => delivered ?? [])
  const isOver = rotations.every(isRotated) && !hasOwnDeny(stored.value, changeLog.changes)
  if (isOver)
    await changeLog.write({
      kind: 'state',
      target: `incident:${incidentId}`,
      from: 'rotating',
      to: 'confirmed',
      why: 'rotation is complete',
    })
  lines.push(...delivered.map(({ accessKeyId, secret }) => `new key ${accessKeyId} is in secret ${secret}`))
  const noted = (incident: Incident): Incident | undefined => {
    if (incident.state !== 'rotating') return undefined
    const news = lines.filter((line) => !incident.decision.why.includes(line))
    if (news.length === 0 && !isOver) return undefined
    const next = { ...incident, head: changeLog.head(), decision: withReasons(incident.decision, news) }
    return isOver ? moved(next, { kind: 'rotated' }) : withNotice(next, delivered.length > wasDelivered ? 'rotated' : 'ask')
  }
  const updated = await updateIncident(stored, noted, ports.incidents)
  ports.log.info('rotate.done', { incidentId, keys: rotations.length, delivered: delivered.length, isOver })
  await sendOwedNotice(updated, ports)
  if (broken !== undefined) throw broken
}

/** The ports of a rotation in the account of an incident: its keys are made, and its secrets are stored, nowhere else. */
function inAccountOf({ identity: { account } }: Incident, ports: RotatePorts): RotatePorts {
  if (ports.account === undefined || account === ports.account) return ports
  const there = ports.elsewhere?.(account)
  if (there !== undefined) return { ...ports, ...there }
  const refuse = () => Promise.reject(new RefusedInAccount(account, `account ${account} is none that this responder acts in`))
  const iam = { listAccessKeys: refuse, createAccessKey: refuse, deleteAccessKey: refuse, lastUsedOf: refuse }
  return { ...ports, iam, vault: { describe: refuse, create: refuse, put: refuse, has: refuse } }
}

interface Rotation {
  readonly incident: Incident
  readonly policy: Policy
  readonly changeLog: ChangeLog
  /** When a person ordered the rotation. */
  readonly orderedAt: number
}

/** Goes on with one key. Returns what a person has to know where it cannot. */
async function renew(rotation: RotationProgress, about: Rotation, ports: RotatePorts): Promise<string | undefined> {
  const { incident, changeLog } = about
  const doubt = rotation.delivered === undefined ? await deliver(rotation, about, ports) : undefined
  const now = rotationsOf(incident, changeLog.changes).find(({ accessKeyId }) => accessKeyId === rotation.accessKeyId) ?? rotation
  if (!now.isDeleted) await removeOld(now, about, ports)
  return doubt
}

async function deliver(
  { accessKeyId, planned, failures }: RotationProgress,
  { incident, policy, changeLog }: Rotation,
  { iam, vault, clock, log }: RotatePorts,
): Promise<string | undefined> {
  const { name } = incident.identity
  // Another run is at it, or was a moment ago: it may hold a key that it has not put away yet.
  if (planned !== undefined && clock.now() - planned.at < LEASE_MS * 2 ** Math.min(failures, DOUBLINGS)) return undefined
  const secret = planned?.secret ?? secretFor(policy, incident.identity)
  if (secret === undefined) return 'the policy no longer has the keys of this user made anew'
  const stored = await vault.describe(secret)
  const refusal = stored === undefined ? undefined : refusalOf(stored, incident.identity, policy)
  if (refusal !== undefined) return `no new key is put into secret ${secret}: ${refusal}`
  const target = accessKey.textOf({ userName: name, accessKeyId })
  const progress = () => rotationsOf(incident, changeLog.changes).find((one) => one.accessKeyId === accessKeyId)
  const isDue = () => progress()?.delivered === undefined
  const said = (id: string) => ({ kind: 'rotation-delivered', target, from: accessKeyId, to: { accessKeyId: id, secret } }) as const
  const known = new Set([...(planned?.keys ?? []), ...deliveredIn(incident, changeLog)])
  const keys = await iam.listAccessKeys(name)
  const left: string[] = []
  for (const { id } of keys) {
    if (planned === undefined || known.has(id)) left.push(id)
    else if (await vault.has(secret, versionOf(incident.id, id))) {
      await changeLog.write({ ...said(id), why: 'the new key was put away by a run that broke off' }, isDue)
      return undefined
    } else if ((await iam.lastUsedOf(id)) !== undefined) return `key ${id} was made meanwhile by somebody else and is in use: look at it`
    else {
      const why = `key ${id} was made by a run that broke off, and its secret is lost: it is deleted`
      await changeLog.write({ kind: 'rotation-failed', target, from: id, to: null, why }, isDue)
      await iam.deleteAccessKey(name, id)
    }
  }
  // With two keys there the old key has to go first: then the next run makes the new one.
  if (left.length >= KEYS_PER_USER) return undefined
  const plan = { kind: 'rotation-planned', target, from: left, to: { secret }, why: 'a new key, then the old one goes' } as const
  const isUnplanned = () => progress()?.planned?.at === planned?.at
  if ((await changeLog.write(plan, isUnplanned)) === 'superseded') return undefined
  const made = await iam.createAccessKey(name)
  if (made === 'quota') return undefined
  if (made === 'no-such-identity') return goneReason(`user ${name}`)
  try {
    const value = JSON.stringify({ UserName: name, AccessKeyId: made.id, SecretAccessKey: made.secret })
    const version = versionOf(incident.id, made.id)
    if (stored === undefined) await vault.create(secret, value, version, { [USER_TAG]: name })
    else await vault.put(secret, value, version)
  } catch (cause) {
    const error = errorName(cause)
    log.warn('rotate.vault.failed', { incidentId: incident.id, error })
    await changeLog.write({ kind: 'rotation-failed', target, from: accessKeyId, to: null, why: `secret ${secret}: ${error}` })
    return `its new key could not be put into secret ${secret}: ${error}`
  }
  await changeLog.write({ ...said(made.id), why: `the new key is in secret ${secret}` }, isDue)
  return undefined
}

/** Deletes the old key, where it is off and unused for as long as the policy says, counted from the order at least. */
async function removeOld(
  { accessKeyId }: RotationProgress,
  { incident, policy, changeLog, orderedAt }: Rotation,
  { iam, clock }: RotatePorts,
): Promise<void> {
  const { name } = incident.identity
  const graceMs = policy.rotation.graceHours * HOUR_MS
  if (clock.now() - orderedAt < graceMs) return
  const old = (await iam.listAccessKeys(name)).find(({ id }) => id === accessKeyId)
  // Somebody has switched it on again: contain sets that right, and until then it is not to be deleted under anybody's hands.
  if (old?.status === 'Active') return
  if (old !== undefined) {
    const lastUsed = (await iam.lastUsedOf(accessKeyId)) ?? 0
    if (clock.now() - lastUsed < graceMs) return
    await iam.deleteAccessKey(name, accessKeyId)
  }
  const isThere = () => rotationsOf(incident, changeLog.changes).some((one) => one.accessKeyId === accessKeyId && !one.isDeleted)
  const why =
    old === undefined ? goneReason(`access key ${accessKeyId} of ${name}`) : `unused for ${counted(policy.rotation.graceHours, 'hour')}`
  const target = accessKey.textOf({ userName: name, accessKeyId })
  await changeLog.write({ kind: 'rotation-deleted', target, from: 'Inactive', to: null, why }, isThere)
}

function deliveredIn(incident: Incident, { changes }: ChangeLog): string[] {
  return rotationsOf(incident, changes).flatMap(({ delivered }) => delivered?.accessKeyId ?? [])
}

/** The version of the secret that holds a key: who finds it there knows that the key was delivered. */
export function versionOf(incidentId: string, accessKeyId: string): string {
  return createHash('sha256').update(`${incidentId}\n${accessKeyId}`).digest('hex').slice(0, 64)
}

/** The role lacks a right: that does not pass by itself. */
function isRefused(cause: unknown): boolean {
  return cause instanceof Error && cause.name.startsWith('AccessDenied')
}
