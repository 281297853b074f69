import type { Signal } from '../../domain/signal.ts'

/**
 * Members of requests that name no resource which the call changes: labels, prose, what is measured, and what a template of somebody else is handed.
 * The responder has no users and no groups.
 */
const MENTIONS: ReadonlySet<string> = new Set([
  'clientrequesttoken',
  'comment',
  'description',
  'dimensions',
  'environment',
  'groupname',
  'metricnamespace',
  'metrics',
  'namespace',
  'notificationarns',
  'parameters',
  'permissionsboundary',
  'tag',
  'tagging',
  'tagkeys',
  'tags',
  'tagset',
  'templateurl',
  'username',
])

/** Calls that attach a policy to somebody or take it off: the policy stays what it is. A role of ours is named beside it, and counts. */
const ATTACHING = /^iam:(Attach|Detach)(User|Group|Role)Policy$/

/** The depth of untrusted parameters that is looked at, the members of each level, and the characters of a text. `DeleteAlarms` takes 100 names. */
const LIMITS = { depth: 6, members: 200, characters: 512 }

/**
 * The names, ARNs, ids and URLs of the resources that a call changes, as its request has them; and its response, where the request has an id alone, as
 * that of an event source mapping. What a call makes is new, and its name therefore names nothing that was there.
 */
export function namedResources({ action, request, response }: Pick<Signal, 'action' | 'request' | 'response'>): string[] {
  if (ATTACHING.test(action)) return namesIn(request, new Set(['policyarn']))
  const made = /:Create(?<noun>[A-Za-z]+)$/.exec(action)?.groups?.noun?.toLowerCase()
  if (made === undefined) return [...namesIn(request), ...namesIn(response)]
  return namesIn(request, new Set(['name', `${made}name`]))
}

/** Names have no blanks and are no JSON: a policy document, a pattern of events or a sentence mentions things, and changes none of them. */
function namesIn(value: unknown, without: ReadonlySet<string> = new Set()): string[] {
  const isName = (text: string) => !/[\s{[]/.test(text)
  return textsIn(value, (key) => !MENTIONS.has(key) && !without.has(key)).filter(isName)
}

/** The texts of untrusted parameters. `isWanted` says by its name in small letters whether a member is looked at. */
export function textsIn(value: unknown, isWanted: (key: string) => boolean = () => true, depth = 0): string[] {
  if (typeof value === 'string') return [value.slice(0, LIMITS.characters)]
  if (typeof value !== 'object' || value === null || depth > LIMITS.depth) return []
  return Object.entries(value)
    .slice(0, LIMITS.members)
    .flatMap(([key, part]) => (isWanted(key.toLowerCase()) ? textsIn(part, isWanted, depth + 1) : []))
}
