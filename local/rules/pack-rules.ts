import type { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import { commandName, quoted } from '../command-name.ts'
import { readRulesFolder } from './read-rules.ts'

/** The rules of a folder that make findings. `complain` is told how many are refused: `rules check` says why. Throws `usage` as `readRulesFolder` does. */
export function packRules(folder: string, complain: (line: string) => void): PackedRules {
  const { loaded, refused } = readRulesFolder(folder)
  if (refused.length > 0)
    complain(
      `${refused.length} of ${loaded.length + refused.length} files in ${folder} are refused and match nothing: \`${commandName()} rules check ${quoted(folder)}\` says why.`,
    )
  return { version: 1, rules: loaded.flatMap(({ rule }) => rule.packed ?? []) }
}
