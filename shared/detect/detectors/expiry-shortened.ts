import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Buckets that hold logs say so in their names. */
const LOGS = /trail|log|audit|flow|config/i

export const expiryShortened: Detector = {
  id: 'expiry-shortened',
  title: 'Objects of a bucket made to expire within days',
  weight: 0.58,
  group: 'evasion',
  attack: 'T1485.001',
  runbook: 'Take the rule away at once: it works at midnight UTC. Then see who set it.',
  actions: ['s3:PutBucketLifecycle', 's3:PutBucketLifecycleConfiguration'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const days = shortestExpiry(signal.request.LifecycleConfiguration)
    if (days === undefined || days > 7) return undefined
    const bucket = text(signal.request, 'bucketName') ?? 'a bucket'
    return { reason: `what ${bucket} holds expires after ${days} days`, weight: LOGS.test(bucket) ? 0.58 : 0.4 }
  },
}

/** Days of the shortest expiry that a rule in force sets; undefined where none does. */
function shortestExpiry(configuration: unknown): number | undefined {
  const rules = typeof configuration === 'object' && configuration !== null && 'Rule' in configuration ? configuration.Rule : []
  const days = (Array.isArray(rules) ? rules.slice(0, 100) : [rules]).flatMap((rule) => {
    const words = JSON.stringify(rule) ?? ''
    const found = words.match(/"Expiration":\{[^}]*"Days":"?(\d{1,5})/)?.[1]
    return found === undefined || /"Status":"Disabled"/.test(words) ? [] : [Number(found)]
  })
  return days.length === 0 ? undefined : Math.min(...days)
}
