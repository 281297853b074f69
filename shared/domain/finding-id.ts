import type { Credential } from './signal.ts'

/**
 * The id of the signal that a finding is about one credential: one finding has one id for each credential, whichever way it comes, and another where its weight, 0 to 1,
 * is another.
 */
export function findingId(uid: string, weight: number, { id: credentialId }: Pick<Credential, 'id'>): string {
  return `${uid}#${Math.round(weight * 100)}#${credentialId}`
}

/** Behind the id that a report has at its party stand how much it says and about which credential, and behind the ARN of an event of AWS Health the entity. */
const PARTS = [/^(.+?)#(?:\d{1,3}|verified|with-secret|id-only)#/s, /^(arn:[\w-]+:health:[^#]+)#/]

/** The id that a report has at its party, of the id of a signal: all signals of one finding have the same. An id of another form stands for itself. */
export function findingUid(signalId: string): string {
  return PARTS.map((part) => part.exec(signalId)?.[1]).find((uid) => uid !== undefined) ?? signalId
}
