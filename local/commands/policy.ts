import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import { ruleIdsOf, unknownRules } from '../../shared/detect/detector-names.ts'
import { runningOverride } from '../../shared/domain/bounds.ts'
import { counted } from '../../shared/domain/counted.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { POLICY_VERSION } from '../../shared/domain/policy-migration.ts'
import { requireReason } from '../../shared/domain/reason.ts'
import { ResponderError } from '../../shared/errors.ts'
import { applyPolicy, type PolicyInForce, readPolicy } from '../../shared/record/policy-in-force.ts'
import { endedExceptions, uncheckedRules } from '../detector-warnings.ts'
import { loadPolicyFile, readPolicyFile } from '../policy-file.ts'
import { idlePatterns, lostProtections, unreachedTiers } from '../policy-protections.ts'
import { jsonText } from '../render/json-text.ts'
import { overrideText, storedPolicy } from '../render/override.ts'
import { policyLines, warningsOf } from '../render/policy-lines.ts'
import { wrapText } from '../render/wrap.ts'
import { ruleIdsIn } from '../rules/pack-rules.ts'
import type { Target } from '../target.ts'

/**
 * Checks a policy file without touching anything, and the rules that it names where their folder is given. `now` (epoch ms) says which exceptions have ended;
 * `width` is that of the terminal.
 */
export async function checkPolicy(
  path: string,
  { rulesFolder, now = Date.now(), width }: { rulesFolder?: string | undefined; now?: number; width?: number | undefined } = {},
): Promise<string> {
  const { policy, version, migrated } = await loadPolicyFile(path)
  const { mode, tiers, thresholds } = policy
  const verdict = [
    `${path} is a valid policy: mode ${mode}, ${counted(tiers.length, 'tier')}.`,
    `Lowest risk, of 100, from which each is done where the evidence below calls for it: people are notified from ${thresholds.notify} and asked from ${thresholds.ask}; rights are restricted from ${thresholds.restrict}; a credential is contained from ${thresholds.contain}.`,
    ...policyLines(policy, now),
    ...ruleLines(path, policy, rulesFolder),
  ].join('\n')
  if (migrated === undefined) return wrapText(verdict, width)
  const written = version === POLICY_VERSION ? 'It has the older key weights' : `It is written in version ${version} of the keys`
  const told = `${verdict}\n${written}, which is read as long as 0.x lasts. In version ${POLICY_VERSION} it reads:`
  // The policy is for a file, so its lines stay as they are.
  return `${wrapText(told, width)}\n\n${migrated}`
}

/** Says whether the own rules that a policy tunes are in the folder, and warns where none is given. Throws `policy.invalid` where the folder has one of them not. */
function ruleLines(path: string, { detectors }: Policy, folder: string | undefined): string[] {
  if (folder === undefined) return uncheckedRules({ detectors }, path).map((line) => `Warning: ${line}.`)
  const named = ruleIdsOf(detectors)
  if (named.length === 0) return []
  const faults = unknownRules(detectors, ruleIdsIn(folder))
  if (faults.length > 0)
    throw new ResponderError('policy.invalid', `${path}, with the rules of ${folder}:\n${faults.join('\n').replace(/^/gm, '  ')}`)
  return [`${counted(named.length, 'rule')} of the policy, all of them in ${folder}: ${named.join(', ')}.`]
}

/** The policy in force, as YAML. */
export async function showPolicy(target: Target, { isJson }: { isJson: boolean }): Promise<string> {
  const { policy, number } = await readPolicy(target.record)
  if (isJson) return jsonText({ revision: number, policy })
  const { override, ...rest } = policy
  const now = Date.now()
  const running = runningOverride(policy, now)
  const head = [
    `# revision ${number} in ${target.name}`,
    ...(running === undefined ? [] : [`# ${overrideText(running, target)}`]),
    ...[...idlePatterns(policy), ...unreachedTiers(policy), ...endedExceptions(policy, now)].map((line) => `# Warning: ${line}`),
  ]
  // What is in force before all else stands first.
  return [...head, stringify(override === undefined ? rest : { override, ...rest })].join('\n').trimEnd()
}

/** How a file would change the policy in force, one key a line, and whether an override runs. An override that runs is no difference: it goes on. */
export async function diffPolicy(target: Target, path: string): Promise<string> {
  const { text } = await proposal(target, path)
  return text
}

/** Puts a file in force as a new revision, with who and why in the record. An override that runs goes on. `isShown`: the difference was printed before. */
export async function putPolicy(target: Target, path: string, { reason, isShown }: { reason: string; isShown: boolean }): Promise<string> {
  requireReason({ reason })
  const { next, current, text } = await proposal(target, path)
  if (current !== undefined && isDeepStrictEqual(current.policy, next)) return text
  const change = { policy: next, by: target.caller, why: reason, at: new Date().toISOString(), expected: current?.number ?? 0 }
  const done = `Policy revision ${await applyPolicy(target.record, change)} is in force in ${target.name}: decisions follow it within half a minute.`
  return isShown ? done : `${text}\n${done}`
}

interface Proposal {
  /** What would be in force. */
  readonly next: Policy
  /** Undefined where no policy is stored yet. */
  readonly current: PolicyInForce | undefined
  readonly text: string
}

async function proposal(target: Target, path: string): Promise<Proposal> {
  // One after the other: where the file is none, nothing reads the table any more when it closes.
  const proposed = await readPolicyFile(path)
  const current = await storedPolicy(target)
  if (current === undefined) return { next: proposed, current, text: `No policy is stored in ${target.name} yet: ${path} is the first.` }
  const { policy, number } = current
  const running = runningOverride(policy, Date.now())
  const next = running === undefined ? proposed : { ...proposed, override: running }
  const lines = differences(policy, next)
  const lost = lostProtections(policy, next)
  const diff =
    lines.length === 0
      ? [`No difference: ${path} is what revision ${number} says.`]
      : [
          ...(lost.length === 0 ? [] : [`No longer protected: ${lost.join(', ')}`]),
          `# revision ${number} → ${path}`,
          ...lines,
          ...[...warningsOf(next, Date.now()), ...uncheckedRules(next, path)].map((line) => `Warning: ${line}.`),
        ]
  return {
    next,
    current,
    text: [...diff, ...(running === undefined ? [] : [overrideText(running, target, 'It goes on')])].join('\n'),
  }
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
