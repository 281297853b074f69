import { blastRadiusOf } from '../shared/decide/reach/policy-radius.ts'
import { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { absentAdvisor } from '../shared/memory/advisor.ts'
import { memoryAdvisorBudget } from '../shared/memory/advisor-budget.ts'
import { memoryBreaker } from '../shared/memory/breaker.ts'
import { memoryChangeRecord } from '../shared/memory/change-record.ts'
import { memoryIam } from '../shared/memory/iam.ts'
import { memoryIdentityStore } from '../shared/memory/identity-store.ts'
import { memoryIncidentStore } from '../shared/memory/incident-store.ts'
import { silentLog } from '../shared/memory/log.ts'
import { memoryNotifier } from '../shared/memory/notifier.ts'
import type { Advisor } from '../shared/ports/advisor.ts'
import type { GeoIp } from '../shared/ports/lookup.ts'

/** The ARN of the deny-all policy in an account without a deployed stack. */
export const QUARANTINE_POLICY = 'arn:aws:iam::123456789012:policy/CountersignQuarantine'

/** Every port in memory, over an empty account, with invokers and queues that do nothing. */
export function emptyPorts(parts: { geoIp: GeoIp; advisor?: Advisor }) {
  return {
    identities: memoryIdentityStore(),
    incidents: memoryIncidentStore(),
    record: memoryChangeRecord(),
    breaker: memoryBreaker(),
    iam: memoryIam(AuthorizationDetails.parse({})),
    advisor: parts.advisor ?? absentAdvisor,
    budget: memoryAdvisorBudget(),
    notifier: memoryNotifier(),
    containInvoker: { contain: async () => {} },
    bootstrapQueue: { bootstrap: async () => {} },
    blastRadiusOf,
    account: undefined,
    history: { lookup: async () => [] },
    geoIp: parts.geoIp,
    clock: { now: () => 0 },
    log: silentLog,
  }
}
