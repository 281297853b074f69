import type { Folded } from '../detect/fold.ts'
import type { Assessment } from '../domain/assessment.ts'
import { isContainableIdentity } from '../domain/containable.ts'
import { leadsTo } from '../domain/created-principal.ts'
import { type Incident, isClosed, type LineageEdge } from '../domain/incident.ts'
import type { Policy } from '../domain/policy.ts'
import { type Identity, isOtherPrincipal, isSamePrincipal } from '../domain/signal.ts'
import type { RespondPorts } from '../ports/respond.ts'
import type { Versioned } from '../ports/stores.ts'
import { namesOf, readBounds } from './bounds.ts'
import { decide } from './decide.ts'
import { credentialPointer } from './parent-incident.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/**
 * The incident that a signal may belong to: the open one in which its credential was issued, else the last one of its identity. An incident of
 * another identity counts only when that identity created this user.
 */
export async function candidateIncident(
  { signal, parentIncidentId }: Folded,
  unitOfWork: UnitOfWork,
): Promise<Versioned<Incident> | undefined> {
  const source = parentIncidentId ?? unitOfWork.parentIncidentOf(signal.credential.id)
  const parentIncident = source === undefined ? undefined : await unitOfWork.incident(source)
  if (parentIncident !== undefined && !isClosed(parentIncident.value)) return parentIncident
  const last = await unitOfWork.lastIncident(signal.identity.id)
  const { identity } = signal
  const belongsToIdentity = (incident: Incident) =>
    isAbout(incident, identity) || incident.lineage.some((edge) => edge.kind === 'user' && leadsTo(edge, identity))
  return last !== undefined && belongsToIdentity(last.value) ? last : undefined
}

/** Where evidence counts that joined the incident of its identity's creator. `last` is undefined where the identity had no incident of its own. */
export interface Apart {
  readonly last: Versioned<Incident> | undefined
  /** The incident of the creator. */
  readonly from: string
  /** The changes of the policy's tags in that incident. */
  readonly tags: readonly LineageEdge[]
}

/**
 * Where a signal counts as well as in `joined`, the incident of whoever created its identity or credential; undefined where it counts there alone.
 *
 * That incident goes by the bounds of the creator. While it contains nothing, it must not shield what it created: whose own evidence calls for
 * containment, and whose own bounds allow it, is contained by an incident of its own, and what that one issued belongs to it.
 */
export async function incidentApart(
  { signal }: Folded,
  joined: Incident,
  own: Assessment,
  context: { readonly unitOfWork: UnitOfWork; readonly policy: Policy; readonly ports: RespondPorts },
): Promise<Apart | undefined> {
  const { identity, credential } = signal
  const { unitOfWork, ports } = context
  if (isAbout(joined, identity) || containsWhatItIssued(joined)) return undefined
  const stored = await unitOfWork.lastIncident(identity.id)
  const last = stored !== undefined && isAbout(stored.value, identity) ? stored : undefined
  const apart = { last, from: joined.id, tags: joined.lineage.filter(({ kind }) => kind === 'tag') }
  if (last !== undefined && isContaining(last.value)) return apart
  const pointer = credentialPointer(credential.id)
  const source = (await ports.identities.load([pointer])).get(pointer)?.incidentId
  const issuer = source === undefined || source === joined.id ? undefined : await unitOfWork.incident(source)
  if (issuer !== undefined && isContaining(issuer.value)) return { ...apart, last: issuer }
  const bounds = await readBounds(identity, context, { lineage: joined.lineage, names: await namesOf(identity, context) })
  return decide(own, identity, bounds, ports.account).action === 'contain' ? apart : undefined
}

function isAbout({ identity: known }: Incident, identity: Identity): boolean {
  return (known.id === identity.id && !isOtherPrincipal(known, identity)) || isSamePrincipal(known, identity)
}

function isContaining(incident: Incident): boolean {
  return !isClosed(incident) && (incident.decision.action === 'contain' || incident.containedAt !== undefined)
}

/** True where an incident was contained, is about to be, or is one of an identity that cannot be, whose users, keys and sessions are contained. */
function containsWhatItIssued({ state, containedAt, decision, identity }: Incident): boolean {
  if (state !== 'watching' && state !== 'asking') return true
  const isOfNobodyHere = !isContainableIdentity(identity) && decision.mode === 'contain' && decision.would === 'contain'
  return containedAt !== undefined || isOfNobodyHere
}
