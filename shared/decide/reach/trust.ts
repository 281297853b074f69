import type { PolicyHolder } from '../../domain/account-policies.ts'
import { parseArn } from '../../domain/arn.ts'
import { coversAction } from '../../domain/iam-permissions.ts'
import { listOf, readStatements, type Statement, textsOf } from '../../domain/iam-policy.ts'
import { type Meter, UNLIMITED } from '../../domain/meter.ts'
import type { Answer } from './answer.ts'
import { type ConditionContext, conditionHolds } from './evaluate-condition.ts'

/** Whom a role's trust policy lets assume it. */
export interface Trust {
  /** Statements that name a user or role by its ARN, by that ARN. These need no policy of the user or role. */
  readonly named: ReadonlyMap<string, readonly Statement[]>
  /** Statements that trust the whole account of the role: whoever of it has the right to assume the role. */
  readonly ofAccount: readonly Statement[]
  readonly denials: readonly Statement[]
  /** The services that may use the role. */
  readonly services: ReadonlySet<string>
  /** Other accounts, `anyone` and identity providers, for people. */
  readonly others: readonly string[]
}

const NOBODY: Trust = { named: new Map(), ofAccount: [], denials: [], services: new Set(), others: [] }

/**
 * What a trust policy says. A principal that is a whole account, by its root or its number, trusts whoever has a right there.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 *
 * What that takes is taken from `meter`; where that has none left, a statement that allows counts.
 */
export function trustOf({ id, trust }: PolicyHolder, meter: Meter = UNLIMITED): Trust {
  const statements = readStatements(trust)
  if (statements === undefined) return NOBODY
  const account = parseArn(id)?.account ?? ''
  const named = new Map<string, Statement[]>()
  const [ofAccount, denials]: Statement[][] = [[], []]
  const [services, others] = [new Set<string>(), new Set<string>()]
  for (const statement of statements) {
    const isAbout = coversAction(statement, 'sts:AssumeRole', meter) || isOfProvider(statement, meter)
    if (!isAbout && !(meter.isSpent && statement.effect === 'Allow')) continue
    if (statement.effect === 'Deny') denials?.push(statement)
    else if (statement.notPrincipal !== undefined) ofAccount?.push(statement)
    else {
      for (const service of principalsOf(statement, 'service')) services.add(service.toLowerCase())
      for (const provider of principalsOf(statement, 'federated')) others.add(`the identity provider ${provider}`)
      for (const principal of principalsOf(statement, 'aws')) {
        if (principal === '*') {
          ofAccount?.push(statement)
          others.add(statement.condition === undefined ? 'anyone' : 'anyone who meets a condition')
          continue
        }
        const arn = parseArn(principal)
        const owner = arn?.account ?? principal
        if (owner !== account) others.add(/^\d{12}$/.test(owner) ? `account ${owner}` : 'a principal that is gone')
        else if (arn === undefined || arn.resource === 'root') ofAccount?.push(statement)
        else named.set(principal, [...(named.get(principal) ?? []), statement])
      }
    }
  }
  return { named, ofAccount: ofAccount ?? [], denials: denials ?? [], services, others: [...others].toSorted() }
}

/** What asking about a statement costs beside its condition, in steps of matching. */
const VISIT = 32

/**
 * Whether a trust policy lets somebody of the role's own account in: as one who is named, or as one of the account. What that takes is taken from `meter`; where that has none
 * left, what depends on a condition is not known.
 */
export function trusts(
  trust: Trust,
  holder: PolicyHolder,
  { context, meter }: { readonly context: ConditionContext; readonly meter: Meter },
): { asNamed: Answer['value']; asOfAccount: Answer['value'] } {
  const holds = ({ condition }: Statement) => {
    meter.take(VISIT)
    return conditionHolds(condition, context, meter)
  }
  const isDenied = trust.denials.some((statement) => isAboutHolder(statement, holder) && holds(statement).value === 'yes')
  if (isDenied) return { asNamed: 'no', asOfAccount: 'no' }
  const best = (statements: readonly Statement[]): Answer['value'] => {
    const values = statements.map((statement) => holds(statement).value)
    return values.includes('yes') ? 'yes' : values.includes('unknown') ? 'unknown' : 'no'
  }
  return { asNamed: best(trust.named.get(holder.id) ?? []), asOfAccount: best(trust.ofAccount) }
}

/** True where a denial means a user or role: by its ARN, its account or everybody. */
function isAboutHolder(statement: Statement, { id }: PolicyHolder): boolean {
  if (statement.notPrincipal !== undefined) return !textsOf(members(statement.notPrincipal, 'aws')).includes(id)
  const account = parseArn(id)?.account
  return principalsOf(statement, 'aws').some(
    (principal) => principal === '*' || principal === id || principal === account || principal.endsWith(`::${account}:root`),
  )
}

function principalsOf({ principal }: Statement, kind: 'aws' | 'service' | 'federated'): string[] {
  if (principal === '*') return kind === 'aws' ? ['*'] : []
  return textsOf(members(principal, kind))
}

function members(principal: unknown, kind: string): unknown {
  if (typeof principal !== 'object' || principal === null) return []
  return Object.entries(principal).flatMap(([name, value]) => (name.toLowerCase() === kind ? listOf(value) : []))
}

function isOfProvider(statement: Statement, meter: Meter): boolean {
  return ['sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'].some((action) => coversAction(statement, action, meter))
}
