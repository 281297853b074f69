import { ChainHead, type Change } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { SWEEP_ACTOR } from '../domain/sweep-actor.ts'
import { UnreadableEntry, UnreadableItem } from '../errors.ts'
import type { ChangeRecord, OnUnreadable } from '../ports/stores.ts'
import { append, headOf } from './append.ts'

/**
 * The subject of the chain with what people order about an incident: verdicts, first verdicts of four eyes, approvals, and when they were told that nobody
 * answers.
 *
 * An order overrides the policy's mode, restores what was contained, or counts as a person's consent. It therefore has a chain of its own that
 * `respond`, which processes input of intruders, may not write.
 */
export function orderSubject(incidentId: string): string {
  return `ORDER#${incidentId}`
}

export function isOrderChain(subject: string): boolean {
  return subject.startsWith(orderSubject(''))
}

/** What a verdict orders: `contain` whatever the policy's mode is, `release`, or to keep the containment (`confirm`, `rotate`). */
export type Ordered = 'contain' | 'release' | 'confirm' | 'rotate'

/** Everything that people have ordered about an incident. Read it after the incident: what an incident rests on was ordered before. */
export function readOrders(incidentId: string, record: ChangeRecord): Promise<Change[]> {
  return record.list(orderSubject(incidentId))
}

/**
 * Records what an entry of the incident's chain orders. `entry` is that entry: the order holds for no other. `at` is the time of the order, for which the
 * entry is not asked: respond may have written it.
 */
export async function order(
  incidentId: string,
  { entry, to, at }: { entry: Change; to: Ordered; at: string },
  record: ChangeRecord,
): Promise<void> {
  const { actor, target, why } = entry
  await append(record, orderSubject(incidentId), { at, actor, kind: 'order', target, from: headOf(entry), to, why })
}

/** Records that a person approves the reversal of one change of the intruder. */
export async function orderReversal(incidentId: string, edgeId: string, { at, actor, why }: Change, record: ChangeRecord) {
  const target = `incident:${incidentId}`
  await append(record, orderSubject(incidentId), { at, actor, kind: 'approval', target, from: null, to: edgeId, why })
}

/** True when a person has ordered the containment and nobody has released the incident since. */
export async function isOrdered({ id, verdict }: Incident, record: ChangeRecord): Promise<boolean> {
  const last = (await readOrders(id, record)).findLast(({ kind }) => kind === 'order')
  return last?.to === 'contain' && !(verdict?.kind === 'legitimate' && verdict.at >= last.at)
}

/** The entry of an incident's chain by which a person had it contained, where an order stands for it; undefined where none does, whatever the chain says. */
export async function containmentOrderIn(
  incidentId: string,
  changes: readonly Change[],
  record: ChangeRecord,
): Promise<Change | undefined> {
  const entry = changes.findLast(({ kind, to }) => kind === 'verdict' && to === 'containing')
  return entry !== undefined && isOrderedEntry(entry, await readOrders(incidentId, record)) ? entry : undefined
}

/** True where an order stands for this very entry of the incident's chain. */
export function isOrderedEntry(entry: Change, orders: readonly Change[]): boolean {
  return orders.some((order) => isOrderFor(order, entry))
}

function isOrderFor({ kind, from }: Change, { number, hash }: Change): boolean {
  const of = kind === 'order' ? ChainHead.safeParse(from).data : undefined
  return of?.number === number && of.hash === hash
}

/**
 * True where the release that an incident's chain says is under way was ordered. `changes` is that chain. An order is used up by a release that ended
 * with a question: it does not hold for the next.
 */
export function isReleaseAllowed(changes: readonly Change[], orders: readonly Change[]): boolean {
  const begun = changes.findLast(({ kind, to }) => (kind === 'verdict' || kind === 'state') && to === 'releasing')
  if (begun === undefined) return false
  const isUsedUp = changes.some(
    ({ number, kind, from, to }) => number > begun.number && kind === 'state' && from === 'releasing' && to !== 'released',
  )
  return (
    !isUsedUp &&
    isOrderedEntry(
      begun,
      orders.filter(({ to }) => to === 'release'),
    )
  )
}

/**
 * The order of a person by which the keys of an incident are rotated, or undefined. `changes` is the incident's chain. An order is used up when the
 * incident got another state since, except by the end of the rotation itself, which a run that stopped repeats.
 */
export function rotationOrder(changes: readonly Change[], orders: readonly Change[]): Change | undefined {
  const begun = changes.findLast(
    ({ kind, from, to }) => kind === 'verdict' || (kind === 'state' && !(from === 'rotating' && to === 'confirmed')),
  )
  if (begun?.kind !== 'verdict') return undefined
  return orders.findLast((order) => order.to === 'rotate' && isOrderFor(order, begun))
}

/** The last order of a person; undefined where there is none. */
export function lastOrderOfPerson(orders: readonly Change[]): Change | undefined {
  return orders.findLast(({ kind, actor }) => kind === 'order' && actor !== SWEEP_ACTOR)
}

/**
 * True where the last word of a person is a release, and it ended with a question: something could not be restored. `changes` is the incident's chain.
 * What was contained again after that is not to be given back.
 */
export function isReleaseUnfinished(changes: readonly Change[], orders: readonly Change[]): boolean {
  // The sweep's own entry may be that of a run that broke off before it moved the incident.
  const last = changes.findLast(({ kind, actor }) => (kind === 'verdict' || kind === 'state') && actor !== SWEEP_ACTOR)
  const isRefused = last?.kind === 'state' && last.from === 'releasing' && last.to === 'asking'
  return isRefused && lastOrderOfPerson(orders)?.to === 'release'
}

/** Records that people were told of an incident that nobody answers, where only reviewers and the sweep may write. */
export async function noteNotice(
  incidentId: string,
  { at, notice, why }: { at: number; notice: 'escalated' | 'paged'; why: string },
  record: ChangeRecord,
): Promise<void> {
  const target = `incident:${incidentId}`
  const draft = { at: new Date(at).toISOString(), actor: SWEEP_ACTOR, kind: 'notice', target, from: null, to: notice, why } as const
  await append(record, orderSubject(incidentId), draft)
}

/**
 * Who was told that nobody answers about an incident, oldest first. An entry that cannot be read goes to `onUnreadable`, and then none is returned: the
 * incident itself can be shown.
 */
export async function readNotices(incidentId: string, record: ChangeRecord, onUnreadable: OnUnreadable): Promise<Change[]> {
  const orders = await readOrders(incidentId, record).catch((cause: unknown) => {
    if (!(cause instanceof UnreadableEntry)) throw cause
    onUnreadable(new UnreadableItem(cause.subject, `entry ${cause.number}`, { cause }))
    return []
  })
  return orders.filter(({ kind }) => kind === 'notice')
}

/** An incident's chain with the notices in between, in the order of their times. */
export function withNotices(changes: readonly Change[], notices: readonly Change[]): Change[] {
  // Times in ISO 8601 sort as text. Sorting is stable, so entries of one time keep the order of their chain.
  return [...changes, ...notices].sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
}

/** The ids of the changes whose reversal a person has approved. */
export function approvedIn(orders: readonly Change[]): Set<unknown> {
  return new Set(orders.filter(({ kind }) => kind === 'approval').map(({ to }) => to))
}
