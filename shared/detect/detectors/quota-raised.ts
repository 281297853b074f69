import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Services whose quotas intruders raise: compute, models, mail and text messages. */
const COSTLY: ReadonlySet<string> = new Set(['ec2', 'bedrock', 'sagemaker', 'ses', 'sns', 'fargate', 'lightsail'])

export const quotaRaised: Detector = {
  id: 'quota-raised',
  title: 'Higher service quota requested',
  weight: 0.35,
  group: 'abuse',
  attack: 'T1578.005',
  runbook: 'Ask the owner what the quota is for; if nobody knows, withdraw the request in Service Quotas.',
  readsRequest: 'harm',
  actions: ['servicequotas:RequestServiceQuotaIncrease'],
  matches(signal) {
    const service = text(signal.request, 'serviceCode') ?? ''
    if (signal.outcome === 'failed' || !COSTLY.has(service)) return undefined
    return { reason: `requested a higher quota of ${service}` }
  },
}
