import type { Signal } from '../domain/signal.ts'

/** Reads that applications do as their work, so they are not discovery. */
const APPLICATION_READS = new Set([
  's3:GetObject',
  's3:HeadObject',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
])

/** Tools that read a lot in ordinary use: a page of the console makes dozens of reads, a plan of an infrastructure tool hundreds. */
const READING_TOOLS: ReadonlySet<string> = new Set(['console', 'browser', 'aws-service', 'terraform', 'pulumi', 'cloudformation'])

/** True for calls that show a caller what an account holds: the discovery tactic of ATT&CK (TA0007). */
export function isDiscovery({ action, isReadOnly, kind, origin, credential }: Signal): boolean {
  if (!isReadOnly || kind !== 'api-call') return false
  // The caller chooses the user agent. Access keys are the credentials that leak, so for them the user agent exempts no call.
  if (READING_TOOLS.has(origin.agentFamily) && credential.kind !== 'access-key') return false
  const operation = action.slice(action.indexOf(':') + 1)
  const isListing = operation.startsWith('List') || operation.startsWith('Describe') || operation.startsWith('Get')
  return isListing && !APPLICATION_READS.has(action)
}
