import type { Incident } from '../domain/incident.ts'
import { ResponderError } from '../errors.ts'
import type { RootKeys } from '../ports/iam.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord, IncidentStore } from '../ports/stores.ts'
import { append, headOf, incidentSubject } from '../record/append.ts'
import { updateIncident } from '../record/update-incident.ts'
import { mayReview } from './reviewer.ts'

export interface RootKeysPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly rootKeys: RootKeys
  readonly clock: Clock
}

/**
 * Deletes the root user's access keys that an incident names. It cannot be undone, so no function may do it: a person does, with
 * the organisation's rights, and that is the approval. The record says so before and after. Answers the keys that are gone.
 */
export async function deleteRootKeys(
  incidentId: string,
  { by, reason }: { by: string; reason: string },
  ports: RootKeysPorts,
): Promise<string[]> {
  const stored = await mayReview(incidentId, { by, reason, kind: 'compromised' }, ports)
  const { identity, credentials } = stored.value
  if (identity.kind !== 'root')
    throw new ResponderError('usage', `incident ${incidentId} is about ${identity.kind} ${identity.name}, not about root`)
  const suspects = new Set(credentials.filter(({ kind }) => kind === 'access-key').map(({ id }) => id))
  const keys = (await ports.rootKeys.list()).filter(({ id }) => suspects.has(id))
  if (keys.length === 0)
    throw new ResponderError(
      'usage',
      `root of account ${identity.account} has none of the incident's keys (${[...suspects].join(', ') || 'it names none'}): if it signed in by password, change that and check its MFA`,
    )
  const say = async (kind: 'approval' | 'root-key-deleted', id: string, to: string | null) => {
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
  let entry: Awaited<ReturnType<typeof say>> | undefined
  for (const { id } of keys) {
    await say('approval', id, 'to be deleted')
    await ports.rootKeys.remove(id)
    entry = await say('root-key-deleted', id, null)
  }
  const head = headOf(entry)
  const noted = (incident: Incident) => (incident.head.number < head.number ? { ...incident, head } : undefined)
  await updateIncident(stored, noted, ports.incidents)
  return keys.map(({ id }) => id)
}
