import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { hasCreatedCluster } from '../own-works.ts'

/** The issuer of an EKS cluster. */
const OF_CLUSTER = /^https:\/\/oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/id\//

export const identityProviderAdded: Detector = {
  id: 'identity-provider-added',
  title: 'Identity provider added or changed',
  weight: 0.58,
  group: 'persistence',
  attack: 'T1484.002',
  runbook: 'Check the URL and the thumbprint of the provider; if it is not yours, delete it and end the sessions of roles that trust it.',
  actions: [
    'iam:CreateOpenIDConnectProvider',
    'iam:CreateSAMLProvider',
    'iam:UpdateSAMLProvider',
    'iam:AddClientIDToOpenIDConnectProvider',
    'iam:UpdateOpenIDConnectProviderThumbprint',
  ],
  matches(signal, { works }) {
    if (signal.outcome === 'failed') return undefined
    // The provider of a cluster that the identity has just created gives tokens to its own pods.
    const isOfCluster = OF_CLUSTER.test(text(signal.request, 'url') ?? '')
    if (isOfCluster && works !== undefined && hasCreatedCluster(works, signal.time)) return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried ${signal.action} ${text(signal.request, 'url') ?? text(signal.request, 'name') ?? ''}, refused`, weight: 0.5 }
      : { reason: `${signal.action} ${text(signal.request, 'url') ?? text(signal.request, 'name') ?? ''}` }
  },
}
