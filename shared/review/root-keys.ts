import type { Incident } from '../domain/incident.ts'
import { ResponderError } from '../errors.ts'
import type { AccessKey, RootKeys } from '../ports/iam.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord, IncidentStore } from '../ports/stores.ts'
import { append, headOf, incidentSubject } from '../record/append.ts'
import { updateIncident } from '../record/update-incident.ts'
import { findReviewableIncident } from './reviewer.ts'

/** What the deletion of root keys needs. */
export interface RootKeysPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly rootKeys: RootKeys
  readonly clock: Clock
}

/**
 * Deletes the root user's access keys that an incident names. Returns their ids.
 *
 * The deletion cannot be undone, so no Lambda function may do it: a person runs it with the organisation's rights, which is the approval. The
 * record gets an entry before and after each key. Throws `usage` when the incident is not about root or none of its keys exists.
 */
export async function deleteRootKeys(
  incidentId: string,
  { by, reason }: { by: string; reason: string },
  ports: RootKeysPorts,
): Promise<string[]> {
  const stored = await findReviewableIncident(incidentId, { by, reason, kind: 'compromised' }, ports)
  const keys = await existingKeysOf(stored.value, ports.rootKeys)
  const appendEntry = async (kind: 'approval' | 'root-key-deleted', id: string, to: string | null) => {
    const at = new Date(ports.clock.now()).toISOString()
    return append(ports.record, incidentSubject(incidentId), {
      at,
      actor: by,
      kind,
      target: `root-key:${id}`,
      from: 'present',
      to,
      why: reason.slice(0, 500),
    })
  }
  let entry: Awaited<ReturnType<typeof appendEntry>> | undefined
  for (const { id } of keys) {
    await appendEntry('approval', id, 'to be deleted')
    await ports.rootKeys.remove(id)
    entry = await appendEntry('root-key-deleted', id, null)
  }
  const head = headOf(entry)
  const withHead = (incident: Incident) => (incident.head.number < head.number ? { ...incident, head } : undefined)
  await updateIncident(stored, withHead, ports.incidents)
  return keys.map(({ id }) => id)
}

/** The access keys of the incident that root still has. Throws `usage` when the incident is not about root or none is left. */
async function existingKeysOf({ id: incidentId, identity, credentials }: Incident, rootKeys: RootKeys): Promise<AccessKey[]> {
  if (identity.kind !== 'root')
    throw new ResponderError(
      'usage',
      `incident ${incidentId} is about ${identity.kind} ${identity.name}; root-keys is only for incidents about root`,
    )
  const suspects = new Set(credentials.filter(({ kind }) => kind === 'access-key').map(({ id }) => id))
  const keys = (await rootKeys.list()).filter(({ id }) => suspects.has(id))
  if (keys.length === 0)
    throw new ResponderError(
      'usage',
      `root of account ${identity.account} has none of the incident's keys (${[...suspects].join(', ') || 'it names none'}): if it signed in by password, change that and check its MFA`,
    )
  return keys
}
