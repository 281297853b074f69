import type { Signal } from '../domain/signal.ts'

/** Reads that are the work of applications, not a look around. */
const WORK = new Set([
  's3:GetObject',
  's3:HeadObject',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
])

/** A page of the console makes dozens of reads, and a plan of an infrastructure tool hundreds. */
const READERS: ReadonlySet<string> = new Set(['console', 'browser', 'aws-service', 'terraform', 'pulumi', 'cloudformation'])

/** True for calls that tell a caller what an account holds: ATT&CK's discovery (TA0007). */
export function isDiscovery({ action, isReadOnly, kind, origin, credential }: Signal): boolean {
  if (!isReadOnly || kind !== 'api-call') return false
  // The user agent is the caller's own text: for the keys that leak it excuses nothing.
  if (READERS.has(origin.agentFamily) && credential.kind !== 'access-key') return false
  const operation = action.slice(action.indexOf(':') + 1)
  const isLook = operation.startsWith('List') || operation.startsWith('Describe') || operation.startsWith('Get')
  return isLook && !WORK.has(action)
}
