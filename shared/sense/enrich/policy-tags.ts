import { items, texts } from '../../domain/parameters.ts'
import type { Policy } from '../../domain/policy.ts'
import { type Signal, text } from '../../domain/signal.ts'
import { policyKeys, TAG_CALLS, tagCreated } from '../../domain/tag-change.ts'

/** The calls that create a user or role, with tags where they are given. What they create is in the lineage by itself. */
const CREATIONS: ReadonlySet<string> = new Set(['iam:CreateUser', 'iam:CreateRole'])

/** IAM takes 50 tags. */
const TAGS_LIMIT = 50

/** A function that marks calls which set or remove a tag that the policy names. */
export function policyTagMarker(policy: Partial<Pick<Policy, 'protected' | 'tiers' | 'criticality'>>): (signal: Signal) => Signal {
  const { protected: guarded = { arns: [], tags: {} }, tiers = [], criticality = [] } = policy
  const keys = policyKeys({ protected: guarded, tiers, criticality })
  if (keys.size === 0) return (signal) => signal
  return (signal) => {
    const parameter = TAG_CALLS.get(signal.action)
    if (parameter === undefined && !CREATIONS.has(signal.action)) return signal
    const changes = changesIn(signal).filter((change) => keys.has((change.split('=')[0] ?? '').toLowerCase()))
    if (changes.length === 0) return signal
    const marked = { ...signal, policyTags: changes }
    const owner = parameter === undefined ? undefined : text(signal.request, parameter)
    if (owner === undefined || signal.outcome !== 'success' || !signal.isAuthenticated) return marked
    return { ...marked, created: tagCreated(signal.action, owner, changes) }
  }
}

/** `key=value` of each tag that is set, `key` of each that is removed. */
function changesIn({ request }: Signal): string[] {
  const set = items(request, 'tags')
    .slice(0, TAGS_LIMIT)
    .flatMap((tag) => {
      const [key, value] = [text(tag, 'key'), text(tag, 'value')]
      return key === undefined ? [] : [`${key}=${value ?? ''}`]
    })
  const removed = texts(request, 'tagKeys').slice(0, TAGS_LIMIT)
  return [...set, ...removed.map((key) => key.slice(0, 128))]
}
