import { suspectCredentialUsed } from '../detect/detectors/suspect-credential-used.ts'
import type { Folded } from '../detect/fold.ts'
import { type Action, isStronger } from '../domain/action.ts'
import { assessmentOf } from '../domain/assessment.ts'
import { isHeardOnly } from '../domain/ceilings.ts'
import { isContainableIdentity } from '../domain/containable.ts'
import { isAbout, leadsTo } from '../domain/created-principal.ts'
import type { Finding } from '../domain/finding.ts'
import { type Incident, isClosed, type LineageEdge, withAccount } from '../domain/incident.ts'
import type { Policy } from '../domain/policy.ts'
import type { Identity } from '../domain/signal.ts'
import type { RespondPorts } from '../ports/respond.ts'
import type { Versioned } from '../ports/stores.ts'
import { namesOf, readBounds } from './bounds.ts'
import { mergeFindings } from './correlate.ts'
import { decide } from './decide.ts'
import { familiarityIn } from './familiarity.ts'
import { credentialPointer } from './parent-incident.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/**
 * The incident that a signal may belong to: the open one in which its credential was issued, else the last one of its identity. An incident of
 * another identity counts only when that identity created this user, and when not hearsay alone speaks in it.
 */
export async function candidateIncident(
  { signal, parentIncidentId }: Folded,
  unitOfWork: UnitOfWork,
): Promise<Versioned<Incident> | undefined> {
  const source = parentIncidentId ?? unitOfWork.parentIncidentOf(signal.credential.id)
  const parentIncident = source === undefined ? undefined : await unitOfWork.incident(source)
  const isOfOther = (incident: Incident) => !isAbout(incident, signal.identity) && isHeardOnly(incident)
  if (parentIncident !== undefined && !isClosed(parentIncident.value) && !isOfOther(parentIncident.value)) return parentIncident
  const last = await unitOfWork.lastIncident(signal.identity.id)
  const { identity } = signal
  const belongsToIdentity = (incident: Incident) =>
    isAbout(incident, identity) || incident.lineage.some((edge) => edge.kind === 'user' && leadsTo(edge, identity, incident.identity))
  return last !== undefined && belongsToIdentity(last.value) && !isOfOther(last.value) ? last : undefined
}

/** Where evidence counts that joined the incident of its identity's creator. `last` is undefined where the identity had no incident of its own. */
export interface Apart {
  readonly last: Versioned<Incident> | undefined
  /** The incident of the creator. */
  readonly from: string
  /** The changes of the policy's tags in that incident. */
  readonly tags: readonly LineageEdge[]
  /** All evidence against the identity. */
  readonly evidence: readonly Finding[]
}

/**
 * Where a signal counts as well as in `joined`, the incident of whoever created its identity or credential; undefined where it counts there alone.
 *
 * That incident goes by the bounds of the creator. While it contains nothing, it must not shield what it created: where all evidence against the identity,
 * by whichever of its credentials, calls for more by its own bounds than is done there, it has an incident of its own, and what it issued belongs to that.
 */
export async function incidentApart(
  { signal, evidence }: Folded,
  joined: Incident,
  context: { readonly unitOfWork: UnitOfWork; readonly policy: Policy; readonly ports: RespondPorts },
): Promise<Apart | undefined> {
  const { identity, credential } = signal
  const { unitOfWork, policy, ports } = context
  if (isAbout(joined, identity) || containsWhatItIssued(joined)) return undefined
  const stored = await unitOfWork.lastIncident(identity.id)
  const last = stored !== undefined && isAbout(stored.value, identity) ? stored : undefined
  const all = mergeFindings(mergeFindings([], unitOfWork.peekState(identity.id).evidence), evidence)
  const apart = {
    last,
    from: joined.id,
    tags: joined.lineage.filter(({ kind }) => kind === 'tag').map((edge) => withAccount(edge, joined.identity)),
    evidence: all,
  }
  if (last !== undefined && isContaining(last.value)) return apart
  const pointer = credentialPointer(credential.id)
  const source = (await ports.identities.load([pointer])).get(pointer)?.incidentId
  const issuer = source === undefined || source === joined.id ? undefined : await unitOfWork.incident(source)
  if (issuer !== undefined && isContaining(issuer.value)) return { ...apart, last: issuer }
  const bounds = await readBounds(identity, context, {
    lineage: joined.lineage,
    names: await namesOf(identity, context),
    own: joined.identity.account,
  })
  const actionFor = (found: readonly Finding[]) =>
    decide(assessmentOf(found, { detectors: policy.detectors, familiarity: familiarityIn(unitOfWork, signal) }), identity, bounds, ports)
      .action
  // That a suspect issued the credential is evidence against the creator: by itself nobody is asked about each user that an administrator creates.
  const action = actionFor(all) === 'contain' ? 'contain' : actionFor(all.filter(({ detector }) => detector !== suspectCredentialUsed.id))
  return isStronger(action, doneTo(identity, joined)) ? apart : undefined
}

/** What the incident of a creator does to what it created: a restriction reaches the sessions that were assumed, and no user. */
function doneTo({ kind }: Identity, { decision }: Incident): Action {
  return decision.action === 'restrict' && kind === 'iam-user' ? 'ask' : decision.action
}

function isContaining(incident: Incident): boolean {
  return !isClosed(incident) && (isStronger(incident.decision.action, 'ask') || incident.containedAt !== undefined)
}

/** In these states nothing that an identity created is contained: a restriction leaves users and keys to people. */
const CONTAINS_NOTHING: ReadonlySet<Incident['state']> = new Set(['watching', 'asking', 'restricting', 'restricted'])

/** True where an incident was contained, is about to be, or is one of an identity that cannot be, whose users, keys and sessions are contained. */
function containsWhatItIssued({ state, containedAt, decision, identity }: Incident): boolean {
  if (!CONTAINS_NOTHING.has(state)) return true
  const isOfNobodyHere = !isContainableIdentity(identity) && decision.mode === 'contain' && decision.would === 'contain'
  return containedAt !== undefined || isOfNobodyHere
}
