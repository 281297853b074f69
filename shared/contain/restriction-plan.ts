import { isAttempt } from '../domain/attempt.ts'
import { isContainableIdentity } from '../domain/containable.ts'
import type { Incident } from '../domain/incident.ts'
import { Restriction, SessionName, withoutHabit, withSessions } from '../domain/restriction.ts'
import { roleSessionIn } from './plan.ts'
import { restrictionDocument, restrictionIn } from './restriction-document.ts'
import { isContainment, quarantinePolicyName, revocationPolicyName } from './steps/quarantine.ts'
import { rolePolicy } from './steps/role-policy.ts'
import { isSameValue, type Step, type StepValue } from './steps/step.ts'
import { userPolicy } from './steps/user-policy.ts'

/**
 * The steps that restrict an incident: its own user, or the sessions of its own role that the restriction names, and the sessions of other roles of the
 * account that its credentials assumed since the first finding.
 *
 * Each is a first value of a policy to which a containment gives its own value later, so that there is no moment without a deny in between. Empty where
 * the restriction is missing or not valid, or where the sessions of the role cannot be told apart.
 */
export function restrictionStepsOf(incident: Incident): Step[] {
  const { identity, id } = incident
  const restriction = Restriction.safeParse(incident.restriction).data
  if (restriction === undefined || !isContainableIdentity(identity)) return []
  const isRole = identity.kind === 'role'
  if (isRole && restriction.sessions.length === 0) return []
  const own = isRole
    ? roleStep(identity.name, restriction, id)
    : stepOn((wanted) => userPolicy.step({ userName: identity.name, policyName: quarantinePolicyName(id) }, wanted), {
        restriction: { ...restriction, sessions: [] },
        title: `user ${identity.name} restricted`,
      })
  const others = [...sessionsToRestrict(incident)].filter(([role]) => !(isRole && role === identity.name))
  return [own, ...others.map(([role, names]) => roleStep(role, withSessions({ ...restriction, sessions: [] }, [...names]), id))]
}

function roleStep(roleName: string, restriction: Restriction, incidentId: string): Step {
  return stepOn((wanted) => rolePolicy.step({ roleName, policyName: revocationPolicyName(incidentId) }, wanted), {
    restriction,
    title: `sessions ${restriction.sessions.join(', ')} of role ${roleName} restricted`,
  })
}

/** The step with the whole document; where AWS has no room for it, with the document of the fixed list alone. */
function stepOn(
  on: (wanted: Pick<Step, 'title' | 'contained'>) => Step,
  { restriction, title }: { restriction: Restriction; title: string },
): Step {
  const [whole, least] = [restrictionDocument(restriction), restrictionDocument(withoutHabit(restriction))]
  const step = on({ title, contained: (before) => (stands(before, [whole, least]) ? before : whole) })
  if (isSameValue(whole, least)) return step
  const shorter = on({ title: `${title}, by the shorter list`, contained: (before) => (stands(before, [least]) ? before : least) })
  return { ...step, nextRung: shorter }
}

/** True for a value that a restriction leaves as it is: a containment of ours, or a restriction that is wanted. */
function stands(before: StepValue, wanted: readonly string[]): boolean {
  return isContainment(before) || wanted.some((one) => isSameValue(before, one))
}

/** The sessions of roles of the account that the incident's credentials assumed since the first finding, by role. */
export function sessionsToRestrict({ lineage, findings, identity }: Incident): Map<string, Set<string>> {
  const since = Math.min(...findings.map(({ time }) => time))
  const sessions = new Map<string, Set<string>>()
  for (const { kind, owner, time, id } of lineage) {
    if (kind !== 'session' || time === undefined || time < since || isAttempt(id)) continue
    const [role, name] = roleSessionIn(owner, identity.account)
    if (role !== undefined && SessionName.safeParse(name).success) sessions.set(role, (sessions.get(role) ?? new Set()).add(name as string))
  }
  return sessions
}

/** True where all that stands of an incident restricts, and nothing contains. */
export function isRestrictedOnly(values: readonly StepValue[]): boolean {
  return values.length > 0 && values.every((value) => value !== null && restrictionIn(value) !== undefined)
}
