import { ResponderError } from '../../errors.ts'
import type { ContainPorts } from '../../ports.ts'
import { readPolicy } from '../policy-source.ts'
import { incidentSubject } from '../record.ts'
import { openChapter } from './chapter.ts'
import { contain } from './contain.ts'
import { release } from './release.ts'

/**
 * Makes the account what an incident's state says: `containing` is contained, `releasing` is given back; in any other
 * state nothing is left to do. Safe to call again at any time. The policy is read afresh.
 */
export async function enforce(incidentId: string, ports: ContainPorts): Promise<void> {
  const [stored, changes, policy] = await Promise.all([
    ports.incidents.get(incidentId),
    ports.record.list(incidentSubject(incidentId)),
    readPolicy(ports.record),
  ])
  if (stored === undefined) throw new ResponderError('incident.unknown', `no incident ${incidentId} in the table`)
  const chapter = openChapter(incidentId, changes, ports)
  if (stored.value.state === 'containing') return contain(stored, chapter, policy, ports)
  if (stored.value.state === 'releasing') return release(stored, chapter, policy, ports)
}
