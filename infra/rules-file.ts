import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PackedRules } from '../shared/detect/rules/packed-rule.ts'
import { actionsOfRules } from '../shared/detect/rules/rule-actions.ts'
import { ResponderError } from '../shared/errors.ts'

/** The rules of people as respond's bundle has them, and the calls that they name. */
export interface RulesFile {
  readonly path: string
  readonly actions: readonly string[]
}

/** The most bytes of rules in a bundle: each cold start reads them. SigmaHQ's and Suzaku's rules for CloudTrail together take some 0.35 MB. */
const BYTES_LIMIT = 2 * 1024 * 1024

/** Writes the rules for the bundle. Throws `config.invalid` where they are too many. */
export function rulesFile(rules: PackedRules): RulesFile {
  const text = JSON.stringify(rules)
  const bytes = Buffer.byteLength(text)
  if (bytes > BYTES_LIMIT)
    throw new ResponderError(
      'config.invalid',
      `rulesFolder: its rules take ${bytes} bytes, and may take ${BYTES_LIMIT}; name a folder with fewer`,
    )
  const path = join(mkdtempSync(join(tmpdir(), 'countersign-rules-')), 'rules.json')
  writeFileSync(path, text)
  return { path, actions: actionsOfRules(rules.rules) }
}
