import { createHash } from 'node:crypto'
import * as z from 'zod'
import { RuntimeAlert } from '../../domain/exposure-report.ts'
import { timeOf } from './exposures-in.ts'
import { withoutSecrets } from './forget-secrets.ts'
import { type Party, UNREADABLE } from './party.ts'
import { isOneOf } from './signatures.ts'

const FalcoAlert = z.object({
  uuid: z.string().max(200).optional(),
  rule: z.string().min(1),
  priority: z.string(),
  time: z.string(),
  hostname: z.string().optional(),
  output_fields: z.record(z.string(), z.unknown()).nullish(),
})

/** Falcosidekick writes the priorities of Falco in the case of the sender, and some by their short names. */
const PRIORITIES = new Map([
  ...RuntimeAlert.unwrap().shape.priority.options.map((one) => [one.toLowerCase(), one] as const),
  ['information', 'Informational'] as const,
])

/**
 * Falcosidekick's output `webhook`, which signs nothing: a secret in `Authorization: Bearer …` or `X-Countersign-Token`, and TLS around it. An alert is
 * `{"uuid":"…","rule":"Contact EC2 Instance Metadata Service From Container","priority":"Critical","time":"…","hostname":"i-…","output_fields":{"k8s.ns.name":"prod",…}}`.
 *
 * @see https://github.com/falcosecurity/falcosidekick/blob/master/docs/outputs/webhook.md
 */
export const falco: Party = {
  isAuthentic: async ({ headers }, { secrets }) => isOneOf(tokenIn(headers), secrets),
  read(body, { now }) {
    const parsed = FalcoAlert.safeParse(body)
    if (!parsed.success) return UNREADABLE
    const { uuid, rule, priority, time, hostname, output_fields: fields } = parsed.data
    const known = PRIORITIES.get(priority.toLowerCase())
    if (known === undefined) return UNREADABLE
    const workload = workloadOf(fields ?? {}, hostname)
    const alert = {
      version: 1,
      id: `falco:${uuid !== undefined && /^[\w-]{8,64}$/.test(uuid) ? uuid : hashOf(JSON.stringify(body))}`,
      source: 'falco',
      rule: withoutSecrets(rule, 256),
      priority: known,
      ...(workload === undefined ? {} : { workload }),
      seenAt: timeOf(time, now),
    }
    return { kind: 'reports', reports: [RuntimeAlert.parse(alert)] }
  },
}

function tokenIn(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const [, bearer] = headers.authorization?.match(/^Bearer (\S{1,1024})$/i) ?? []
  return bearer ?? headers['x-countersign-token']
}

/** The pod with its namespace, or the host, which is the instance where nobody named it otherwise. */
function workloadOf(fields: Readonly<Record<string, unknown>>, hostname: string | undefined): string | undefined {
  const { 'k8s.pod.name': pod, 'k8s.ns.name': namespace } = fields
  const isNamed = typeof pod === 'string' && pod !== '' && pod !== '<NA>'
  const named = isNamed ? [namespace, pod].filter((one) => typeof one === 'string').join('/') : hostname
  const workload = withoutSecrets(named ?? '', 256)
  return workload === '' ? undefined : workload
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
