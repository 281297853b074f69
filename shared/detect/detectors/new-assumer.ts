import { type Baseline, FEATURE_LIMITS, isMature, isNew } from '../../domain/baseline.ts'
import { type FederatedSubject, federatedSubject, isSameOwner, isSharedSubject } from '../../domain/federated-subject.ts'
import type { Identity, Signal } from '../../domain/signal.ts'
import { isTrusted } from '../../domain/trusted-claim.ts'
import type { Detector } from '../detector.ts'

/** Of the same account, or of a provider that serves the account alone: whoever is there was let in by its owner. */
const INSIDE = 0.2
/** Another project of an organisation that assumes the role: unusual, and no more than a place that is new. */
const SAME_OWNER = 0.25
/** Another account, or another organisation at a provider that serves everybody: two such signs are a suspect. */
const OUTSIDE = 0.45

/** An assumption from the side of the role; `new-peer` looks at the same call from the side of the caller. */
export const newAssumer: Detector = {
  id: 'new-assumer',
  title: 'Role assumed by an identity new to it',
  weight: INSIDE,
  group: 'origin',
  attack: 'T1078.004',
  runbook:
    'Ask the role’s owner whether they know the caller; if it is of another account, organisation or repository, check who changed the trust policy.',
  looksAt: 'assumption',
  delivery: 'assumptions',
  matches(signal, { baseline }) {
    const { assumer, identity } = signal
    if (assumer === undefined || !isMature(baseline) || baseline.features.assumer.values.length === 0) return undefined
    if (!isNew(baseline, 'assumer', assumer.id)) return undefined
    const weight = federatedWeight(signal, baseline) ?? accountWeight(assumer, identity)
    const isForeign = assumer.account !== identity.account && assumer.kind !== 'aws-service'
    return { reason: `assumed by ${assumer.kind} ${assumer.name}${isForeign ? ` of account ${assumer.account}` : ''}`, weight }
  },
}

function accountWeight(assumer: Identity, identity: Identity): number {
  return assumer.account !== identity.account && assumer.kind !== 'aws-service' ? OUTSIDE : INSIDE
}

/**
 * The weight of who came by a token or an assertion; undefined for other callers. Where nothing was learned of the shared providers by which a role is assumed,
 * nobody of them is stranger than another: that is so of a role's first such caller, and of all where the baseline is of a release that did not learn them.
 */
function federatedWeight(signal: Signal, { features }: Baseline): number | undefined {
  const subject = federatedSubject(signal)
  if (subject === undefined) return undefined
  const known = features.assumer.values.filter(isSharedSubject)
  if (!subject.isShared || known.length === 0 || isOwn(subject, signal)) return INSIDE
  if (!known.some((other) => isSameOwner(subject, other))) return OUTSIDE
  // A table that is full has forgotten projects.
  return features.assumer.values.length >= FEATURE_LIMITS.assumer ? INSIDE : SAME_OWNER
}

/** True where the policy says that a token is the account's own. */
function isOwn({ provider, claims }: FederatedSubject, { trustedClaims = [] }: Signal): boolean {
  return trustedClaims.some((one) => {
    const value = claims[one.claim]
    return one.provider === provider && value !== undefined && isTrusted(value, one)
  })
}
