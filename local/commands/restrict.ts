import { documentAlone } from '../../shared/contain/restriction-plan.ts'
import { countedAt } from '../../shared/decide/correlate.ts'
import { restrictionOf } from '../../shared/decide/restriction-of.ts'
import { PROBATION_MS } from '../../shared/domain/baseline.ts'
import { counted } from '../../shared/domain/counted.ts'
import type { LastUsed } from '../../shared/domain/last-used.ts'
import { hasFence, type Restriction } from '../../shared/domain/restriction.ts'
import { HOUR_MS } from '../../shared/domain/time.ts'
import { ResponderError } from '../../shared/errors.ts'
import { readLastUsedFile } from '../read-last-used-file.ts'
import { jsonText } from '../render/json-text.ts'
import { moment } from '../render/style.ts'
import type { Target } from '../target.ts'
import { identityNamed } from './baseline.ts'

/** What `restrict --print` answers. `document` is JSON; `note` says what it rests on. */
export interface PrintedRestriction {
  readonly document: string
  readonly note: string
}

/** When a habit counts as known well, for whom it does not. */
const KNOWN_WELL =
  ' It is known from a week and 50 calls on, while its tables are not full, and where no new call of the last two weeks was kept from it, by suspicion or because there were too many at once.'

/**
 * The policy document by which an identity would be restricted, by what is known of it now. Sets nothing, reads the baseline and last-used data: of `lastUsedFile` where
 * that is given, else of the stack. For a role it names no session: which ones are restricted is known at the time.
 */
export async function printRestriction(
  target: Target,
  identity: string,
  { isPrint, lastUsedFile }: { isPrint: boolean; lastUsedFile?: string | undefined },
): Promise<PrintedRestriction> {
  if (!isPrint)
    throw new ResponderError(
      'usage',
      'restrict sets nothing by hand: with --print it prints the document; the policy says when it is set (modes restrict and contain; evidence, thresholds.restrict)',
    )
  const { value } = await identityNamed(identity, target)
  const { identity: known, baseline, evidence } = value
  const lastUsed = lastUsedFile === undefined ? await lastUsedIn(target, known.id) : await readLastUsedFile(lastUsedFile)
  // Of a file there is one night: what it shows counts as it will tomorrow.
  const wait = lastUsedFile === undefined ? 1 : PROBATION_MS
  const taken = (lastUsed?.snapshots ?? []).map(({ takenAt }) => takenAt)
  const at = Math.max(baseline.lastSeen, ...taken.map((takenAt) => takenAt + wait))
  // What counts against the identity counts as when the data was taken: suspicion does not pass while a file waits.
  const counted = countedAt(evidence, Math.max(baseline.lastSeen, ...taken))
  const restriction = restrictionOf({
    baseline,
    evidence: counted,
    at,
    sessions: [],
    isFenced: true,
    isWholeSeen: known.kind !== 'role',
    lastUsed,
  })
  const made = documentAlone(known, restriction)
  if (made === undefined) throw new ResponderError('incident.unknown', `no policy has room for the restriction of ${known.id}`)
  const note = restriction.isCovered
    ? `By its habit: services that it never used are denied, and grave actions outside the habit.${fenceNote(restriction)}`
    : `Its habit is not known well enough: only the fixed list of grave actions is denied.${known.kind === 'role' ? '' : KNOWN_WELL}`
  const ofRole =
    known.kind === 'role'
      ? ' Printed as for a stack that does not process the calls of role sessions. Set by the responder, it is of the sessions concerned alone (aws:userid).'
      : ''
  const used = lastUsedNote(restriction, {
    lastUsed,
    isEarly: lastUsedFile !== undefined && evidence.length === 0 && at > baseline.lastSeen,
    hasStore: target.lastUsed !== undefined,
    now: target.clock.now(),
  })
  return { document: jsonText(JSON.parse(made.document), 2), note: `${note}${ofRole}\n${used}` }
}

async function lastUsedIn({ lastUsed }: Target, identityId: string): Promise<LastUsed | undefined> {
  const stored = await lastUsed?.read(identityId)
  if (stored?.unreadable !== undefined) throw stored.unreadable
  return stored?.value
}

/** What IAM's last-used data contributed, and how old it is. */
function lastUsedNote(
  { isCovered, lastUsed: facts, neverUsed = [] }: Restriction,
  { lastUsed, isEarly, hasStore, now }: { lastUsed: LastUsed | undefined; isEarly: boolean; hasStore: boolean; now: number },
): string {
  const [newest] = lastUsed?.snapshots ?? []
  if (newest === undefined)
    return hasStore
      ? 'Last-used data: none yet. The function inventory asks IAM once a night, and not about whom it suspects.'
      : 'Last-used data: none, because the embedded account has no IAM to ask. --last-used takes what `aws iam get-service-last-accessed-details` prints.'
  if (facts === undefined)
    return `Last-used data of ${moment(newest.takenAt)} UTC does not count: it was taken after the first suspicious signal.`
  const named = (services: readonly string[], none: string) => (services.length === 0 ? none : services.join(', '))
  const hours = Math.max(0, Math.round((now - facts.takenAt) / HOUR_MS))
  const lines = [
    `Last-used data of ${moment(facts.takenAt)} UTC, ${counted(hours, 'hour')} old${isEarly ? ', as it counts 20 hours after that' : ''}.`,
    `Services in use that no call showed: ${named(facts.services, 'none')}.`,
    `Services that it never used, of which reading and writing data is denied too: ${named(neverUsed, 'none')}.`,
  ]
  return [...lines, ...(isCovered ? [] : ['None of it counts while the habit is not known.'])].join(' ')
}

/** The fence is printed wherever the places are stable; the responder sets it by the evidence. */
function fenceNote(restriction: Restriction): string {
  return hasFence(restriction)
    ? ' Calls from outside its usual networks are denied as well; the responder adds that part only where the evidence is of an unusual place.'
    : ' Its places are not stable enough to deny calls from elsewhere.'
}
