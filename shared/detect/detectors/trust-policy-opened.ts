import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { likelyOutsidersIn, outsiderWeight } from '../outsiders.ts'
import { trustPolicyIn } from '../policy-document.ts'

export const trustPolicyOpened: Detector = {
  id: 'trust-policy-opened',
  title: 'Role opened to another account or to everybody',
  weight: 0.6,
  group: 'persistence',
  attack: 'T1098',
  runbook:
    'Check whether you know the account, organisation or token (repository, pool, client) in the trust policy; if not, remove it and end the role’s sessions.',
  readsRequest: 'rights',
  actions: ['iam:UpdateAssumeRolePolicy', 'iam:CreateRole'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const document = trustPolicyIn(signal.request)
    const outsiders = likelyOutsidersIn(document, signal)
    if (outsiders.length === 0) return undefined
    const named = outsiders.slice(0, 3).map(({ name }) => name)
    const reason = `role ${text(signal.request, 'roleName') ?? '(unnamed)'} trusts ${named.join(', ')}`
    const weight = outsiderWeight(outsiders)
    return weight === undefined ? { reason } : { reason, weight }
  },
}
