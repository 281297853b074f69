import { createHash } from 'node:crypto'
import { formatArn, type Place } from './arn.ts'
import { iamGlobs } from './glob.ts'
import type { Permission } from './iam-policy.ts'

/** A call that a policy may allow: an action, and the ARN that it is about. */
interface Request {
  readonly action: string
  readonly resource: string
}

/** By these a holder gives itself, or a role that it may use, every other permission: who may do all four to whomever it wants may do everything. */
const SELF_GRANTS: readonly (readonly [action: string, kind: 'user' | 'role'])[] = [
  ['iam:PutUserPolicy', 'user'],
  ['iam:AttachUserPolicy', 'user'],
  ['iam:PutRolePolicy', 'role'],
  ['iam:AttachRolePolicy', 'role'],
]

const VERBS = ['Create', 'Delete', 'Put', 'Update', 'Attach'] as const

/** One service for each letter. */
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']

/** True where a statement is about an action. Actions are compared without regard to case, as IAM does. */
export function coversAction({ actions, notActions }: Permission, action: string): boolean {
  const isNamed = (patterns: readonly string[]) => patterns.some((pattern) => iamGlobs(pattern.toLowerCase(), action.toLowerCase()))
  return notActions === undefined ? isNamed(actions) : !isNamed(notActions)
}

/** True where a statement is about a resource. */
export function coversResource({ resources, notResources }: Permission, resource: string): boolean {
  const isNamed = (patterns: readonly string[]) => patterns.some((pattern) => iamGlobs(pattern, resource))
  return notResources === undefined ? isNamed(resources) : !isNamed(notResources)
}

/**
 * True where statements together allow nearly everything in an account, however they are written: nearly every service, or whatever it takes
 * to grant oneself that. What they deny counts.
 */
export function allowsEverything(permissions: readonly Permission[], place: Place): boolean {
  const name = nameFor(permissions)
  const isAllowed = allowedBy(permissions)
  const isSelfGrant = SELF_GRANTS.every(([action, kind]) =>
    isAllowed({ action, resource: formatArn({ ...place, service: 'iam', region: '', resource: `${kind}/${name}` }) }),
  )
  return isSelfGrant || allowsEveryService(permissions, place)
}

/**
 * True where statements together allow nearly every action of nearly every service, on every resource.
 *
 * That is asked by services and actions that AWS does not have: no list of services allows them, and only what is meant for all of them does.
 * Their names depend on the statements, so that a policy cannot except them by name.
 */
export function allowsEveryService(permissions: readonly Permission[], place: Place): boolean {
  const name = nameFor(permissions)
  const unknown = LETTERS.map((letter, at) => ({
    action: `${letter}${name}:${VERBS[at % VERBS.length]}${name}`,
    resource: formatArn({ ...place, service: `${letter}${name}`, region: name, resource: `${letter}${name}/${name}` }),
  }))
  return unknown.filter(allowedBy(permissions)).length > unknown.length / 2
}

function allowedBy(permissions: readonly Permission[]): (request: Request) => boolean {
  const denials = permissions.filter(({ effect }) => effect === 'Deny')
  const grants = permissions.filter(({ effect }) => effect === 'Allow')
  return ({ action, resource }) => {
    const covers = (one: Permission) => coversAction(one, action) && coversResource(one, resource)
    return grants.some(covers) && !denials.some(covers)
  }
}

/** Ten hexadecimal digits that the statements decide and cannot hold. */
function nameFor(permissions: readonly Permission[]): string {
  return createHash('sha256').update(JSON.stringify(permissions)).digest('hex').slice(0, 10)
}
