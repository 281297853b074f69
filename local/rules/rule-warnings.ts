import { RECORD_FIELDS } from '../../shared/detect/rules/record-fields.ts'
import type { CompiledRule } from '../../shared/detect/rules/sigma/compile-rule.ts'
import { TACTICS } from '../../shared/detect/rules/sigma/evidence-of.ts'
import { presentTechnique } from '../../shared/detect/rules/sigma/present-technique.ts'
import { nearest } from '../../shared/domain/nearest.ts'
import { hint } from '../../shared/domain/schema-issues.ts'
import table from './techniques.json' with { type: 'json' }
import { unknownCalls } from './unknown-calls.ts'

/** The names of the techniques of ATT&CK by their ids. */
const TECHNIQUES: ReadonlyMap<string, string> = new Map(Object.entries(table.techniques))

/** What an author of a rule should look at, in a sentence each. The rule is loaded all the same. */
export function ruleWarnings(rule: CompiledRule): readonly string[] {
  return [
    ...revokedLines(rule),
    ...unknownTechniqueLines(rule),
    ...unreadTagLines(rule),
    ...unknownFieldLines(rule),
    ...unknownCalls(rule.calls).map(
      ({ call, advice }) => `AWS’s models of the service have no call ${call}, so it may never match${advice}`,
    ),
  ]
}

function revokedLines({ packed, revokedTechnique }: CompiledRule): string[] {
  if (revokedTechnique === undefined || packed === undefined) return []
  return [
    `its technique ${revokedTechnique} is revoked by ${packed.technique}, which its findings name: write ${packed.technique} in the rule`,
  ]
}

function unknownTechniqueLines({ packed, namedTechniques }: CompiledRule): string[] {
  return namedTechniques
    .filter((technique) => !TECHNIQUES.has(technique) && presentTechnique(technique) === undefined)
    .map((technique) => {
      const which = packed?.technique === technique ? `${technique}, which its findings name` : technique
      const present = nearestTo(technique)
      return `ATT&CK has no technique ${which}; the nearest is ${present} (${TECHNIQUES.get(present)})`
    })
}

/** The technique that is spelled most alike, of a technique that there is one of its sub-techniques. */
function nearestTo(technique: string): string {
  const [main = ''] = technique.split('.')
  const ids = [...TECHNIQUES.keys()]
  const related = ids.filter((id) => id === main || id.startsWith(`${main}.`))
  return nearest(technique, related.length === 0 ? ids : related).word
}

function unreadTagLines({ packed, unreadTags }: CompiledRule): string[] {
  const readable = [...TACTICS, ...[...TECHNIQUES.keys()].map((id) => id.toLowerCase())].map((name) => `attack.${name}`)
  return unreadTags.map((tag) => {
    const follows = packed === undefined ? '' : `: its findings are of ${packed.group} and name ${packed.technique}`
    return `its tag ${tag} is no tactic and no technique of ATT&CK, and is not read${follows}; the nearest is ${nearest(tag, readable).word}`
  })
}

function unknownFieldLines({ unknownFields }: CompiledRule): string[] {
  return unknownFields.map((field) => `no record of CloudTrail has the field ${field}${hint(field, [...RECORD_FIELDS])}`)
}
