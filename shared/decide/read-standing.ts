import { accountNameOf } from '../domain/account-name.ts'
import { principalIn } from '../domain/arn.ts'
import { roleArnOf } from '../domain/identity-center.ts'
import type { Incident } from '../domain/incident.ts'
import type { NameHistory } from '../domain/name-history.ts'
import type { Policy } from '../domain/policy.ts'
import type { Created, Identity } from '../domain/signal.ts'
import { allNames, joinedStanding, type Standing, standingOf } from '../domain/standing.ts'
import { tagChangesOf } from '../domain/tag-change.ts'
import { errorName } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import type { UnitOfWork } from './unit-of-work.ts'

interface Context {
  readonly policy: Policy
  readonly unitOfWork: Pick<UnitOfWork, 'reachOf' | 'tagsOf'>
  readonly ports: Pick<RespondPorts, 'iam' | 'log' | 'reach'>
}

/** What is known of an incident when its identity's standing is read. `incident`: absent where the signal opens one. */
interface About {
  readonly incident: Pick<Incident, 'criticality' | 'owner' | 'accountName'> | undefined
  readonly lineage: readonly (Created & { readonly account?: string })[]
  readonly names: NameHistory | undefined
}

/**
 * How much an identity matters, and to whom, by its tags in the last inventory, which is read for its reach anyway: what an intruder tags in the incident changes
 * nothing there. IAM is asked where no inventory knows the identity, until the tags are known. Tags that cannot be read are not known: an order of work is no
 * reason to lose an event.
 */
export async function readStanding(identity: Identity, context: Context, { incident, lineage, names }: About): Promise<Standing> {
  const { policy, unitOfWork, ports } = context
  const before = { ...incident, ...accountNameOf(policy, identity) }
  const all = allNames(identity.id, names)
  const inventory = (await unitOfWork.reachOf(identity))?.tags
  if (inventory !== undefined) return joinedStanding(before, standingOf(policy, { names: all, tags: inventory }))
  const read = () => currentTags(identity, context)
  // In a stack IAM is asked over the network, once a batch; elsewhere it is at hand, and what the account is may change with each call of a log.
  const asked = () => (ports.reach === undefined ? read() : unitOfWork.tagsOf(identity, read))
  const tags = isRead(policy, before) ? await asked() : undefined
  const changes = tagChangesOf(lineage, identity, identity.account)
  const { owner, ...standing } = standingOf(policy, { names: all, tags, changes })
  // Where there are inventories, an owner that none of them knows may be what an intruder wrote today, and people are told to ask whom it names.
  return joinedStanding(before, owner === undefined || ports.reach !== undefined ? standing : { ...standing, owner })
}

/** True where tags would say more than is known. */
function isRead({ criticality: rules, owners }: Policy, { criticality, owner }: Standing): boolean {
  const isByTag = rules.some(({ match }) => Object.keys(match.tags).length > 0)
  return isByTag ? criticality?.isKnown !== true : owners.tags.length > 0 && owner === undefined
}

/** The tags as IAM has them now: none of an identity that can have none, undefined where they are not known. */
async function currentTags(identity: Identity, { ports }: Context): Promise<Readonly<Record<string, string>> | undefined> {
  if (identity.kind === 'unknown') return undefined
  if (identity.kind !== 'iam-user' && roleArnOf(identity) === undefined) return {}
  try {
    const found = await ports.iam.describe(identity)
    // IAM of this account is asked by the name alone, and may have another of the same name.
    return found === undefined || principalIn(found.arn)?.account !== identity.account ? undefined : found.tags
  } catch (cause) {
    ports.log.warn('criticality.unread', { identity: identity.id, why: errorName(cause) })
    return undefined
  }
}
