import { text } from '../../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const domainTransferred: Detector = {
  id: 'domain-transferred',
  title: 'Domain handed away',
  weight: 0.6,
  group: 'abuse',
  attack: 'T1584.001',
  runbook: 'Call the registrar at once: a transfer can be stopped for a few days.',
  actions: [
    'route53domains:TransferDomainToAnotherAwsAccount',
    'route53domains:DisableDomainTransferLock',
    'route53domains:TransferDomain',
  ],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? { reason: `tried ${signal.action} ${text(signal.request, 'domainName') ?? ''}, refused`, weight: 0.5 }
      : { reason: `${signal.action} ${text(signal.request, 'domainName') ?? ''}` }
  },
}
