import { formatArn, type Place } from './arn.ts'
import { iamGlobs } from './glob.ts'
import type { Permission } from './iam-policy.ts'
import { type Meter, UNLIMITED } from './meter.ts'
import { coversAllBelow, coversMuchBelow, unknownText } from './pattern-extent.ts'

/** By these a holder gives itself, or a role that it may use, every other permission: who is given all four for whomever it wants may do everything. */
const SELF_GRANTS: readonly (readonly [action: string, kind: 'user' | 'role'])[] = [
  ['iam:PutUserPolicy', 'user'],
  ['iam:AttachUserPolicy', 'user'],
  ['iam:PutRolePolicy', 'role'],
  ['iam:AttachRolePolicy', 'role'],
]

/** Whoever is left one of these for nearly any user, role, group or policy still becomes what it wants: rights, or the credentials of whoever has them. */
const LEFT_OVER: readonly (readonly [action: string, kind: string])[] = [
  ...SELF_GRANTS,
  ['iam:PutGroupPolicy', 'group'],
  ['iam:AttachGroupPolicy', 'group'],
  ['iam:AddUserToGroup', 'group'],
  ['iam:CreatePolicyVersion', 'policy'],
  ['iam:SetDefaultPolicyVersion', 'policy'],
  ['iam:UpdateAssumeRolePolicy', 'role'],
  ['iam:CreateAccessKey', 'user'],
  ['iam:CreateLoginProfile', 'user'],
  ['iam:UpdateLoginProfile', 'user'],
]

const VERBS = ['Create', 'Delete', 'Put', 'Update', 'Attach'] as const

/** One service for each letter, of each of these lengths: the names of AWS's services have 2 to some 30 characters. */
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']
const LENGTHS = [2, 3, 4, 6, 9, 12, 16, 24] as const

/** What looking at a statement or a pattern costs, in steps of matching. */
const VISIT = 8

/** Names of resources: few and many characters, one or more parts. */
const RESOURCE_LENGTHS = [1, 2, 3, 5, 8, 10, 11, 16, 20, 32, 64] as const

/**
 * True where a statement is about an action. Actions are compared without regard to case, as IAM does. What that takes is taken from `meter`; where that has none left, the
 * answer says nothing.
 */
export function coversAction({ actions, notActions }: Permission, action: string, meter: Meter = UNLIMITED): boolean {
  const wanted = action.toLowerCase()
  const isNamed = (patterns: readonly string[]) => patterns.some((pattern) => globsInAnyCase(pattern, wanted, meter))
  return notActions === undefined ? isNamed(actions) : !isNamed(notActions)
}

function globsInAnyCase(pattern: string, wanted: string, meter: Meter): boolean {
  meter.take(pattern.length)
  return !meter.isSpent && iamGlobs(pattern.toLowerCase(), wanted, meter)
}

/**
 * True where statements together allow nearly everything in an account, however they are written: nearly every service, or whatever it takes
 * to grant oneself that.
 *
 * What they except counts only where it is whole: every resource of a kind, every action of a verb of a service. A name that is left is enough for
 * whoever may create a user or a role, and it knows which names are left.
 */
export function allowsEverything(permissions: readonly Permission[], place: Place): boolean {
  return allowsSelfGrant(permissions, place) || allowsEveryService(permissions, place) === true
}

function allowsSelfGrant(permissions: readonly Permission[], place: Place): boolean {
  const { grants, denials } = divided(permissions)
  const startOf = (kind: string) => formatArn({ ...place, service: 'iam', region: '', resource: `${kind}/` })
  const isGiven = ([action, kind]: readonly [string, string]) =>
    grants.some(
      (one) =>
        (one.notActions !== undefined || coversAction(one, action)) &&
        (one.notResources !== undefined || one.resources.some((pattern) => coversMuchBelow(pattern, startOf(kind)))),
    )
  const isLeft = ([action, kind]: readonly [string, string]) => {
    const start = startOf(kind)
    const much = (pattern: string) => coversMuchBelow(pattern, start)
    const all = (pattern: string) => coversAllBelow(pattern, start)
    return (
      grants.some((one) => coversAction(one, action) && reaches(one, { much, all })) &&
      !denials.some((one) => coversAction(one, action) && takesAway(one, { much, all }))
    )
  }
  return SELF_GRANTS.every(isGiven) && LEFT_OVER.some(isLeft)
}

/**
 * True where statements together allow nearly every action of nearly every service, on every resource.
 *
 * That is asked by services and actions that AWS does not have, in characters that no policy can hold: no list of services allows them, and
 * only what is meant for all of them does. Undefined where `meter` has not enough left to find out.
 */
export function allowsEveryService(permissions: readonly Permission[], place: Place, meter: Meter = UNLIMITED): boolean | undefined {
  for (const { actions } of permissions) meter.take(VISIT * (1 + actions.length))
  const { grants, denials } = divided(permissions)
  const possible = grants.map(ofUnknownServices).filter(({ actions, notActions }) => notActions !== undefined || actions.length > 0)
  if (possible.length === 0) return false
  if (meter.isSpent) return undefined
  const [many, shortAndLong] = [resourcesOf(place, RESOURCE_LENGTHS), resourcesOf(place, [1, 128])]
  const extent = {
    much: (pattern: string) => many.some((resource) => iamGlobs(pattern, resource, meter)),
    all: (pattern: string) => shortAndLong.every((resource) => iamGlobs(pattern, resource, meter)),
  }
  const given = possible.filter((one) => reaches(one, extent))
  const taken = denials.filter((one) => takesAway(one, extent))
  const isOpen = (probes: readonly Probe[]) =>
    isMost(probes, ({ action, all }) => {
      meter.take(given.length + taken.length)
      if (meter.isSpent) return false
      const isExcepted = (pattern: string) => all.every((one) => globsInAnyCase(pattern, one, meter))
      return (
        given.some((one) => (one.notActions === undefined ? coversAction(one, action, meter) : !one.notActions.some(isExcepted))) &&
        !taken.some((one) => (one.notActions === undefined ? one.actions.some(isExcepted) : coversAction(one, action, meter)))
      )
    })
  const isEvery = given.length > 0 && isMost(probesByLetter(), isOpen)
  return meter.isSpent ? undefined : isEvery
}

/** True where more than half of all hold. What comes after that is known is not asked. */
function isMost<T>(all: readonly T[], holds: (one: T) => boolean): boolean {
  let left = Math.floor(all.length / 2) + 1
  for (const [at, one] of all.entries()) {
    if (all.length - at < left) return false
    if (holds(one)) left -= 1
    if (left === 0) return true
  }
  return false
}

/** An action of a service that AWS does not have, and all that stand for every action of its verb. */
interface Probe {
  readonly action: string
  readonly all: readonly string[]
}

/** Of each letter an action of each length. */
let probes: readonly (readonly Probe[])[] | undefined

/** Made by the first who asks: a cold start pays nothing for it. */
function probesByLetter(): readonly (readonly Probe[])[] {
  probes ??= LETTERS.map((letter, at) =>
    LENGTHS.map((length, shift) => {
      const verb = VERBS[(at + shift) % VERBS.length] as string
      return { action: `${letter}${unknownText(length - 1)}:${verb}${unknownText(length)}`, all: actionsOf(letter, verb) }
    }),
  )
  return probes
}

/** Actions of one verb, of services of one letter that AWS does not have: with short and long names. */
function actionsOf(letter: string, verb: string): readonly string[] {
  return [1, 128].flatMap((service) =>
    [1, 128].map((action) => `${letter}${unknownText(service)}:${verb.toLowerCase()}${unknownText(action)}`),
  )
}

/** Resources of services that AWS does not have. */
function resourcesOf(place: Place, lengths: readonly number[]): readonly string[] {
  return lengths.flatMap((length) => {
    const name = unknownText(length)
    return [name, `${name}/${name}`, `${name}:${name}`].map((resource) => formatArn({ ...place, service: name, region: name, resource }))
  })
}

/** What of a grant can be about a service that AWS does not have: patterns with a wildcard before the colon. */
function ofUnknownServices(grant: Permission): Permission {
  return { ...grant, actions: grant.actions.filter((pattern) => /^[^:]*[*?]/.test(pattern)) }
}

/** Whether a pattern is about many resources of a kind, and whether it is about all of them. */
interface Extent {
  readonly much: (pattern: string) => boolean
  readonly all: (pattern: string) => boolean
}

/** True where a grant is about many resources of a kind: what it excepts counts only where that is all of them. */
function reaches({ resources, notResources }: Permission, { much, all }: Extent): boolean {
  return notResources === undefined ? resources.some(much) : !notResources.some(all)
}

/** True where a denial leaves no resources of a kind, or only a few that it names. */
function takesAway({ resources, notResources }: Permission, { much, all }: Extent): boolean {
  return notResources === undefined ? resources.some(all) : !notResources.some(much)
}

function divided(permissions: readonly Permission[]): Readonly<Record<'grants' | 'denials', readonly Permission[]>> {
  return {
    grants: permissions.filter(({ effect }) => effect === 'Allow'),
    denials: permissions.filter(({ effect }) => effect === 'Deny'),
  }
}
