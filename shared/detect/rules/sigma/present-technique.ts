import { Technique } from '../../../domain/finding.ts'
import table from './revoked-techniques.json' with { type: 'json' }

const REVOKED: ReadonlyMap<string, string> = new Map(Object.entries(table.revoked))

/** The technique of the present ATT&CK by which one was revoked; undefined where none is known. */
export function presentTechnique(technique: string): Technique | undefined {
  return Technique.safeParse(REVOKED.get(technique)).data
}
