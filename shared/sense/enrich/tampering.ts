import { serviceIn } from '../../domain/arn.ts'
import { has } from '../../domain/parameters.ts'
import type { Signal } from '../../domain/signal.ts'
import { namedResources, textsIn } from './named-resources.ts'
import { TAMPERING } from './tampering-calls.ts'

/** The responder's own resources, as requests name them. */
export interface OwnResources {
  /** The session ARNs of its functions: `arn:…:assumed-role/<role>/<function>`. Their calls are the responder's own, and no other calls are. */
  readonly sessions: ReadonlySet<string>
  /** The name of its stack, which stands in the names of its resources; undefined where none is deployed. */
  readonly stackName: string | undefined
  /** Names of its resources in which that of the stack does not stand, such as those of its bucket and of its secret. */
  readonly names: ReadonlySet<string>
  /** ARNs of the roles by which CloudFormation deploys the stack. None where they are not known: where people deploy it with their own rights. */
  readonly deployingRoles?: ReadonlySet<string>
  /** The other accounts in which the responder has roles. StackSets deploys them there. */
  readonly members?: ReadonlySet<string>
}

/** The own resources of a responder that is not deployed: none. */
export const NOT_DEPLOYED: OwnResources = { sessions: new Set(), stackName: undefined, names: new Set() }

/** The services in which the responder has resources. Another service that is to change one of them calls one of these. */
const SERVICES: ReadonlySet<string> = new Set([...Object.keys(TAMPERING), 'iam'])

/** True for a call that a function of the responder made. A session of the same role that another function got is not one. */
export function isOwnCall({ identity, credential }: Signal, { sessions }: Pick<OwnResources, 'sessions'>): boolean {
  if (sessions.size === 0 || identity.kind !== 'role' || credential.sessionName === undefined) return false
  const partition = identity.id.split(':')[1] ?? 'aws'
  return sessions.has(`arn:${partition}:sts::${identity.account}:assumed-role/${identity.name}/${credential.sessionName}`)
}

/**
 * A function that marks every change that names a resource of the responder, by any operation of the services in which it has some; and every change by
 * any service whose request names a role of the responder: whoever hands that role to a service of his own wants its rights. Marks none where the
 * responder is not deployed.
 */
export function tamperingMarker(own: OwnResources): (signal: Signal) => Signal {
  if (own.stackName === undefined) return (signal) => signal
  const isOurs = matcherOf(own.stackName, own.names)
  const roles = new Set([...own.sessions].map(roleNameOf))
  const isOwnRole = (text: string) => roles.has(text.slice(text.lastIndexOf('/') + 1))
  return (signal) => {
    // A data event is about what is in a resource, which the functions and people write all day.
    if (signal.isReadOnly || signal.isDataEvent) return signal
    const service = signal.action.slice(0, signal.action.indexOf(':'))
    const isAgainst = textsIn(signal.request).some(isOwnRole) || (SERVICES.has(service) && namedResources(signal).some(isOurs))
    const isUnnamed = !isAgainst && isUnnamedChange(signal)
    if (!isAgainst && !isUnnamed) return signal
    return { ...signal, isAgainstResponder: true, ...deploymentOf(signal, isUnnamed, own) }
  }
}

/** How the role begins by which StackSets, with permissions that the service manages, deploys in an account. */
const STACK_SETS = 'stacksets-exec-'

/** A call through CloudFormation is a deployment of the stack where the role does it that deploys the stack, and by no other caller. */
function deploymentOf(
  { origin, identity }: Signal,
  isUnnamed: boolean,
  { deployingRoles, members }: OwnResources,
): Pick<Signal, 'deployment'> {
  if (isUnnamed) return { deployment: 'unnamed' }
  if (serviceIn(origin.via) !== 'cloudformation') return {}
  // The role of StackSets has a name in each account that anybody there may give to a role: that it deploys is likely, and not proven.
  if (members?.has(identity.account) === true && identity.name.startsWith(STACK_SETS)) return { deployment: 'unproven' }
  if (deployingRoles === undefined || deployingRoles.size === 0) return { deployment: 'unproven' }
  return deployingRoles.has(identity.id) ? { deployment: 'own' } : {}
}

/**
 * A change that may be of the responder, and does not say what it changes: of a change set that is named by its ARN alone, in which its stack does not stand; and
 * any by which the responder can be changed whose parameters CloudTrail left out.
 */
function isUnnamedChange({ action, request, isRequestOmitted }: Signal): boolean {
  if (action === 'cloudformation:ExecuteChangeSet' && !has(request, 'stackName')) return true
  const [service = '', operation = ''] = action.split(':')
  return isRequestOmitted === true && TAMPERING[service]?.includes(operation) === true
}

/** A function that says whether a text names a resource of the responder: by a name, an ARN, an id or a URL. */
function matcherOf(stackName: string, names: ReadonlySet<string>): (text: string) => boolean {
  const own = new RegExp(`(^|[^A-Za-z0-9])${stackName.replaceAll('-', '\\-')}($|[^A-Za-z0-9])`)
  return (text) => {
    const last = text.slice(text.lastIndexOf(':') + 1)
    if (own.test(text) || names.has(text) || names.has(last) || names.has(last.replace(SECRET_SUFFIX, ''))) return true
    // The ARNs of the bucket and of the API go on behind their names, or begin before them.
    return PATH_ARN.test(text) && last.split('/').some((part) => names.has(part))
  }
}

/** Secrets Manager ends the ARN of a secret with six characters of its own. */
const SECRET_SUFFIX = /-[A-Za-z0-9]{6}$/

const PATH_ARN = /^(arn:[a-z-]+:(s3|apigateway):|s3:\/\/)/

function roleNameOf(sessionArn: string): string {
  return sessionArn.split('/').at(-2) ?? ''
}
