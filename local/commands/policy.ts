import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import { POLICY_VERSION } from '../../shared/domain/policy-migration.ts'
import { ResponderError } from '../../shared/errors.ts'
import { applyPolicy, readPolicy } from '../../shared/record/policy-in-force.ts'
import { loadPolicyFile, readPolicyFile } from '../policy-file.ts'
import type { Target } from '../target.ts'

/** Checks a policy file without touching anything. */
export async function checkPolicy(path: string): Promise<string> {
  const { policy, migrated } = await loadPolicyFile(path)
  const { mode, tiers, thresholds } = policy
  const verdict = `${path} is a valid policy: mode ${mode}, ${tiers.length} tiers, notify ${thresholds.notify} / ask ${thresholds.ask} / contain ${thresholds.contain}.`
  if (migrated === undefined) return verdict
  return `${verdict}\nIt is written in version 1 of the keys, which is read as long as 0.x lasts. In version ${POLICY_VERSION} it reads:\n\n${migrated}`
}

/** The policy in force, as YAML. */
export async function showPolicy(target: Target, { isJson }: { isJson: boolean }): Promise<string> {
  const { policy, number } = await readPolicy(target.record)
  return isJson ? JSON.stringify({ number, policy }) : `# version ${number} in ${target.name}\n${stringify(policy)}`.trimEnd()
}

/** How a file differs from the policy in force, one key a line. */
export async function diffPolicy(target: Target, path: string): Promise<string> {
  const [proposed, { policy, number }] = await Promise.all([readPolicyFile(path), readPolicy(target.record)])
  const lines = differences(policy, proposed)
  return lines.length === 0
    ? `No difference: ${path} is what version ${number} says.`
    : [`# version ${number} → ${path}`, ...lines].join('\n')
}

/** Puts a file in force as a new version, with who and why in the record. */
export async function putPolicy(target: Target, path: string, { reason }: { reason: string }): Promise<string> {
  const proposed = await readPolicyFile(path)
  const current = await readPolicy(target.record).catch((cause: unknown) => {
    if (cause instanceof ResponderError && cause.code === 'policy.missing') return undefined
    throw cause
  })
  if (current !== undefined && isDeepStrictEqual(current.policy, proposed))
    return `No difference: ${path} is what version ${current.number} says.`
  const change = { policy: proposed, by: target.caller, why: reason, at: new Date().toISOString(), expected: current?.number ?? 0 }
  return `Policy version ${await applyPolicy(target.record, change)} is in force in ${target.name}.`
}

function differences(from: unknown, to: unknown, path: readonly string[] = []): string[] {
  if (isDeepStrictEqual(from, to)) return []
  if (isPlain(from) && isPlain(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])]
    return keys.flatMap((key) => differences(from[key], to[key], [...path, key]))
  }
  return [`${path.join('.')}: ${JSON.stringify(from) ?? 'absent'} → ${JSON.stringify(to) ?? 'absent'}`]
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
