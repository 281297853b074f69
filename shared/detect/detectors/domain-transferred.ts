import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const domainTransferred: Detector = {
  id: 'domain-transferred',
  title: 'Domain transferred, unlocked, or its name servers changed',
  weight: 0.6,
  group: 'impact',
  attack: 'T1584.001',
  runbook: 'Call the registrar at once, a transfer can be stopped for a few days; then restore the transfer lock and the name servers.',
  actions: [
    'route53domains:TransferDomainToAnotherAwsAccount',
    'route53domains:DisableDomainTransferLock',
    'route53domains:TransferDomain',
    'route53domains:UpdateDomainNameservers',
  ],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried ${signal.action} ${text(signal.request, 'domainName') ?? ''}, refused`, weight: 0.5 }
      : {
          reason: `${signal.action} ${text(signal.request, 'domainName') ?? ''}`,
          // Weaker evidence: a move to another DNS provider makes the same call.
          weight: signal.action === 'route53domains:UpdateDomainNameservers' ? 0.5 : 0.6,
        }
  },
}
