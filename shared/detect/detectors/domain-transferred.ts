import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const domainTransferred: Detector = {
  id: 'domain-transferred',
  title: 'Domain handed away, or pointed elsewhere',
  weight: 0.6,
  group: 'abuse',
  attack: 'T1584.001',
  runbook: 'Call the registrar at once: a transfer can be stopped for a few days. Set the name servers back.',
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
          // Who moves to another DNS provider does the same.
          weight: signal.action === 'route53domains:UpdateDomainNameservers' ? 0.5 : 0.6,
        }
  },
}
