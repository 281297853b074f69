import type { PolicyHolder } from '../../domain/account-policies.ts'
import { parseArn, principalIn } from '../../domain/arn.ts'
import { coversAction } from '../../domain/iam-permissions.ts'
import { listOf, readStatements, type Statement, textsOf } from '../../domain/iam-policy.ts'
import { type Meter, UNLIMITED } from '../../domain/meter.ts'
import { serviceNamed } from './passed-service.ts'

/** Whom a role's trust policy lets assume it. */
export interface Trust {
  /** Statements that name a user or role by its ARN, by that ARN. These need no policy of the user or role. */
  readonly named: ReadonlyMap<string, readonly Statement[]>
  /** Statements that name a session of a role of the same account, by the name of the role. */
  readonly sessions: ReadonlyMap<string, readonly Statement[]>
  /** Statements that trust the whole account of the role: whoever of it has the right to assume the role. */
  readonly ofAccount: readonly Statement[]
  /** Statements that trust everybody, or everybody but some. */
  readonly ofAnyone: readonly Statement[]
  /** Denials of `sts:AssumeRole`. */
  readonly denials: readonly Statement[]
  /** The services that may use the role, by their names without region and partition. */
  readonly services: ReadonlySet<string>
  /** Other accounts, `anyone` and identity providers, for people. */
  readonly others: readonly string[]
  /** True where the trust policy cannot be read, or is not known: it may trust anybody. */
  readonly isUnread: boolean
}

/** What identity providers call in place of `sts:AssumeRole`. A denial of these takes nothing from users, roles and services. */
const OF_PROVIDERS = ['sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity']

/**
 * What a trust policy says. A principal that is a whole account, by its root or its number, trusts whoever has a right there.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 *
 * What that takes is taken from `meter`; where that has none left, a statement that allows counts.
 */
export function trustOf({ id, trust }: PolicyHolder, meter: Meter = UNLIMITED): Trust {
  const statements = readStatements(trust)
  const account = parseArn(id)?.account ?? ''
  const [named, sessions] = [new Map<string, Statement[]>(), new Map<string, Statement[]>()]
  const [ofAccount, ofAnyone, denials]: [Statement[], Statement[], Statement[]] = [[], [], []]
  const [services, others] = [new Set<string>(), new Set<string>()]
  for (const statement of statements ?? []) {
    const isOpen = () => meter.isSpent && statement.effect === 'Allow'
    const isOfAssuming = coversAction(statement, 'sts:AssumeRole', meter) || isOpen()
    const isOfProviders = OF_PROVIDERS.some((action) => coversAction(statement, action, meter)) || isOpen()
    if (statement.effect === 'Deny') {
      if (isOfAssuming) denials.push(statement)
      continue
    }
    if (isOfProviders) for (const provider of principalsOf(statement, 'federated')) others.add(`the identity provider ${provider}`)
    if (!isOfAssuming) continue
    for (const service of principalsOf(statement, 'service')) services.add(serviceNamed(service))
    const principals = statement.notPrincipal === undefined ? principalsOf(statement, 'aws') : ['*']
    for (const principal of principals) {
      const [arn, session] = [parseArn(principal), principalIn(principal)]
      const owner = arn?.account ?? principal
      if (principal === '*') {
        ofAnyone.push(statement)
        others.add(statement.condition === undefined ? 'anyone' : 'anyone who meets a condition')
      } else if (owner !== account) others.add(/^\d{12}$/.test(owner) ? `account ${owner}` : 'a principal that is gone')
      else if (arn === undefined || arn.resource === 'root') ofAccount.push(statement)
      else if (session?.kind === 'assumed-role') add(sessions, session.name, statement)
      else add(named, principal, statement)
    }
  }
  if (statements === undefined) others.add('others, which is not known')
  return { named, sessions, ofAccount, ofAnyone, denials, services, others: [...others].toSorted(), isUnread: statements === undefined }
}

/** True where a trust policy lets whoever assumes the role give the session tags of its own, which come before those of the role; also where that is not known. */
export function takesSessionTags({ trust }: PolicyHolder): boolean {
  const statements = readStatements(trust)
  return statements?.some((statement) => statement.effect === 'Allow' && coversAction(statement, 'sts:TagSession')) ?? true
}

/** True where a denial means a user or role: by its ARN, its account or everybody. */
export function isAboutHolder(statement: Statement, { id }: PolicyHolder): boolean {
  if (statement.notPrincipal !== undefined) return !textsOf(members(statement.notPrincipal, 'aws')).includes(id)
  const account = parseArn(id)?.account
  return principalsOf(statement, 'aws').some(
    (principal) => principal === '*' || principal === id || principal === account || principal.endsWith(`::${account}:root`),
  )
}

function add(statements: Map<string, Statement[]>, name: string, statement: Statement): void {
  statements.set(name, [...(statements.get(name) ?? []), statement])
}

function principalsOf({ principal }: Statement, kind: 'aws' | 'service' | 'federated'): string[] {
  if (principal === '*') return kind === 'aws' ? ['*'] : []
  return textsOf(members(principal, kind))
}

function members(principal: unknown, kind: string): unknown {
  if (typeof principal !== 'object' || principal === null) return []
  return Object.entries(principal).flatMap(([name, value]) => (name.toLowerCase() === kind ? listOf(value) : []))
}
