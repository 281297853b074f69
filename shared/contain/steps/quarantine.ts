import { canonical } from '../../domain/change.ts'
import { QUARANTINE_SID } from '../../domain/own-policy.ts'
import { restrictionIn } from '../restriction-document.ts'
import { restrictsMore } from '../restricts-more.ts'
import { isSameValue, type StepValue } from './step.ts'

/** The name of the inline policy that quarantines an identity; one for each incident, so that two never mix. */
export function quarantinePolicyName(incidentId: string): string {
  return `CountersignQuarantine-${incidentId}`
}

/** The name of the inline policy that ends sessions of a role. */
export function revocationPolicyName(incidentId: string): string {
  return `CountersignRevoke-${incidentId}`
}

/** No condition: `aws:TokenIssueTime` is absent from a call made with a long-lived key, so it would let that call through. */
export const DENY_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: QUARANTINE_SID, Effect: 'Deny', Action: '*', Resource: '*' }],
})

/** Sessions of a role that are to end: those of these names, or all where `names` is empty. */
export interface Revocation {
  /** Sessions that were issued before this time end. Epoch milliseconds. */
  readonly issuedBefore: number
  readonly names: readonly string[]
}

/**
 * Denies everything to sessions that were issued before a time. `aws:userid` of a session is `AROA…:session name`, so sessions
 * of other names go on.
 */
export function revocation({ issuedBefore, names }: Revocation): string {
  const Condition = {
    DateLessThan: { 'aws:TokenIssueTime': new Date(issuedBefore).toISOString() },
    ...(names.length === 0 ? {} : { StringLike: { 'aws:userid': names.map((name) => `*:${name}`) } }),
  }
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'CountersignRevoke', Effect: 'Deny', Action: '*', Resource: '*', Condition }],
  })
}

/** What a document that `revocation` made revokes, or undefined where it did not make it word for word: an intruder knows its name too. */
export function revocationIn(document: string): Revocation | undefined {
  try {
    const [{ Condition }] = JSON.parse(document).Statement
    const issuedBefore = Date.parse(Condition.DateLessThan['aws:TokenIssueTime'])
    const patterns: string[] = Condition.StringLike?.['aws:userid'] ?? []
    if (Number.isNaN(issuedBefore)) return undefined
    const found = { issuedBefore, names: patterns.map((pattern) => pattern.slice(2)) }
    return canonical(JSON.parse(revocation(found))) === canonical(JSON.parse(document)) ? found : undefined
  } catch {
    // Not one of ours: whoever reads it has to make another.
    return undefined
  }
}

/** What a policy of ours does, in a word or two; undefined where it is not ours word for word. */
export function briefPolicy(document: string): string | undefined {
  return readDocument(document).brief
}

/** True for a policy of ours that restricts and does not contain: a containment is put in its place, and never the other way round. */
export function isRestriction(document: StepValue): boolean {
  return document !== null && readDocument(document).isRestriction
}

/** True for a policy of ours that contains: it denies everything, to all or to some sessions. */
export function isContainment(document: StepValue): boolean {
  if (document === null) return false
  const { brief, isRestriction: isOnlyRestriction } = readDocument(document)
  return brief !== undefined && !isOnlyRestriction
}

interface ReadDocument {
  readonly brief: string | undefined
  readonly isRestriction: boolean
}

/** The last policies that were read. To read one is to write it again, and the same few are read for each signal of an incident. */
const READ = new Map<string, ReadDocument>()

/** The most policies that are kept, and the longest, in characters: a role's inline policies have together 10,240 at most. */
const READ_LIMIT = 128
const LONGEST = 10_240

function readDocument(document: string): ReadDocument {
  const known = READ.get(document)
  if (known !== undefined) return known
  const isRestriction = restrictionIn(document) !== undefined
  const read = { brief: briefOf(document, isRestriction), isRestriction }
  if (READ.size >= READ_LIMIT) READ.clear()
  if (document.length <= LONGEST) READ.set(document, read)
  return read
}

function briefOf(document: string, isRestriction: boolean): string | undefined {
  if (revocationIn(document) !== undefined) return 'sessions ended'
  if (isRestriction) return 'restricted'
  return isSameValue(document, DENY_ALL) ? 'deny all' : undefined
}

/** True where a policy that stands denies something that another of ours would let through. Every containment denies more than a restriction. */
export function deniesMore(standing: string, other: string): boolean {
  if (isSameValue(standing, DENY_ALL)) return !isSameValue(other, DENY_ALL)
  if (isRestriction(other)) return isContainment(standing) || restrictsMore(standing, other)
  const [now, then] = [revocationIn(standing), revocationIn(other)]
  if (now === undefined || then === undefined) return false
  const isCovered = then.names.length === 0 || (now.names.length > 0 && now.names.every((name) => then.names.includes(name)))
  return !isCovered || then.issuedBefore < now.issuedBefore
}
