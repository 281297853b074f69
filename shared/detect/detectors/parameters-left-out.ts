import type { Signal } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { isUnreadablePolicy } from '../policy-document.ts'

/** Calls that create a long-lived credential, which the answer alone names. */
const CREDENTIALS: ReadonlySet<string> = new Set(['iam:CreateAccessKey', 'iam:CreateServiceSpecificCredential'])

/** Calls of detectors that read the request are harmless to none of them where the record leaves the request out; so this one looks at what they look at. */
export function parametersLeftOut(others: readonly Detector[]): Detector {
  const actionsOf = (what: Detector['readsRequest']) =>
    new Set(others.flatMap(({ readsRequest, actions = [] }) => (readsRequest === what ? actions : [])))
  const [rights, harm] = [actionsOf('rights'), actionsOf('harm')]
  return {
    id: 'parameters-left-out',
    title: 'Call of which the record leaves out what matters',
    weight: 0.6,
    group: 'privilege',
    attack: 'T1098',
    runbook: 'Look in the account at what the call changed, because the log does not say it; then ask the caller.',
    // Without `actions`: what cannot be read is no habit, however often it comes.
    delivery: [...rights, ...harm],
    matches(signal) {
      const { action, outcome, kind } = signal
      if (kind !== 'api-call' || outcome !== 'success') return undefined
      if (rights.has(action)) {
        const why = leftOutOf(signal)
        return why === undefined ? undefined : { reason: `${action}: ${why}, so what it grants is not known` }
      }
      if (signal.isRequestOmitted !== true || !harm.has(action)) return undefined
      return { reason: `${action}: CloudTrail left the parameters out`, weight: 0.35 }
    },
  }
}

function leftOutOf({ action, request, isRequestOmitted, isResponseOmitted, created }: Signal): string | undefined {
  if (isRequestOmitted === true) return 'CloudTrail left the parameters out'
  if (isResponseOmitted === true && created === undefined && CREDENTIALS.has(action)) return 'CloudTrail left the answer out'
  return isUnreadablePolicy(request) ? 'the policy in it cannot be read' : undefined
}
