import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { restrictionOf } from '../../shared/decide/restriction-of.ts'
import { hasFence, type Restriction } from '../../shared/domain/restriction.ts'
import { ResponderError } from '../../shared/errors.ts'
import type { Target } from '../target.ts'
import { identityNamed } from './baseline.ts'

/** What `restrict --print` answers. `document` is JSON; `note` says what it rests on. */
export interface PrintedRestriction {
  readonly document: string
  readonly note: string
}

/**
 * The policy document by which an identity would be restricted, by what is known of it now. Sets nothing, reads the baseline alone. For a role it names no
 * session: which ones are restricted is known at the time.
 */
export async function printRestriction(target: Target, identity: string, { isPrint }: { isPrint: boolean }): Promise<PrintedRestriction> {
  if (!isPrint)
    throw new ResponderError(
      'usage',
      'restrict sets nothing by hand: with --print it prints the document; the policy says when it is set (modes restrict and contain; evidence, thresholds.restrict)',
    )
  const { value } = await identityNamed(identity, target)
  const { identity: known, baseline, evidence } = value
  const at = baseline.lastSeen
  const restriction = restrictionOf({ baseline, evidence, at, sessions: [], isFenced: true, isWholeSeen: known.kind !== 'role' })
  const subject = { kind: known.kind === 'role' ? 'role' : 'iam-user', name: known.name } as const
  const made = restrictionDocument(restriction, { room: subject.kind === 'role' ? 10_240 : 2048, subject })
  if (made === undefined) throw new ResponderError('incident.unknown', `no policy has room for the restriction of ${known.id}`)
  const note = restriction.isCovered
    ? `By its habit: services that it never used are denied, and grave actions outside the habit.${fenceNote(restriction)}`
    : 'Its habit is not known well enough: only the fixed list of grave actions is denied.'
  const ofRole = value.identity.kind === 'role' ? ' Set by the responder, it is of the sessions concerned alone (aws:userid).' : ''
  return { document: JSON.stringify(JSON.parse(made.document), null, 2), note: `${note}${ofRole}` }
}

/** The fence is printed wherever the places are stable; the responder sets it by the evidence. */
function fenceNote(restriction: Restriction): string {
  return hasFence(restriction)
    ? ' Calls from outside its usual networks are denied as well; the responder adds that part only where the evidence is of an unusual place.'
    : ' Its places are not stable enough to deny calls from elsewhere.'
}
