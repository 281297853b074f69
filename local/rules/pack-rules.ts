import { unknownRules } from '../../shared/detect/detector-names.ts'
import type { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import { counted } from '../../shared/domain/counted.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { commandName, quoted } from '../command-name.ts'
import { readRulesFolder } from './read-rules.ts'

/**
 * The rules of a folder that make findings. `complain` is told how many are refused, since `rules check` says why, and which rules the policy tunes that are not
 * loaded. Throws `usage` as `readRulesFolder` does.
 */
export function packRules(folder: string, complain: (line: string) => void, policy?: Pick<Policy, 'detectors'>): PackedRules {
  const { loaded, refused } = readRulesFolder(folder)
  const files = loaded.length + refused.length
  if (refused.length > 0)
    complain(
      `${refused.length} of ${counted(files, 'file')} in ${folder} ${refused.length === 1 ? 'is refused and matches' : 'are refused and match'} nothing: \`${commandName()} rules check ${quoted(folder)}\` says why.`,
    )
  for (const line of unknownRules(policy?.detectors ?? {}, idsOf(loaded))) complain(`The policy: ${line}`)
  return { version: 1, rules: loaded.flatMap(({ rule }) => rule.packed ?? []) }
}

/** The detectors that the loaded rules of a folder are. */
export function ruleIdsIn(folder: string): readonly string[] {
  return idsOf(readRulesFolder(folder).loaded)
}

function idsOf(loaded: ReturnType<typeof readRulesFolder>['loaded']): readonly string[] {
  return loaded.map(({ rule }) => rule.detector)
}
