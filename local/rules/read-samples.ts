import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { type RuleSamples, SampleRecords } from '../../shared/detect/rules/sigma/sigma-rule.ts'
import { issueText } from '../../shared/domain/schema-issues.ts'
import { withoutQuote, yamlFault } from '../yaml-fault.ts'

/** How the file of samples that stands beside a rule may end, in place of the ending of the rule's file. */
const ENDINGS = ['.samples.yaml', '.samples.yml', '.samples.json'] as const

/** A record of CloudTrail has a few thousand characters, and a rule may have 50 samples of each kind. */
const CHARACTERS_LIMIT = 1_000_000
const ALIASES_LIMIT = 20

/** The samples beside a rule, from which file they are; or why they cannot be used. Undefined where there is no such file. */
export type SamplesBeside =
  | { readonly kind: 'read'; readonly file: string; readonly samples: RuleSamples }
  | { readonly kind: 'refused'; readonly file: string; readonly why: string }
  | undefined

/** True for the name of a file that holds samples and is no rule. */
export function isSamplesFile(name: string): boolean {
  return ENDINGS.some((ending) => name.toLowerCase().endsWith(ending))
}

/** The name of the rule that a file of samples stands beside, without an ending. */
export function ruleOfSamples(name: string): string {
  return name.replace(/\.samples\.(?:ya?ml|json)$/i, '')
}

/** Reads what stands beside a rule's file in `folder`, such as `x.samples.yaml` beside `x.yml`: for rules of others, which are not to be edited. Links are not followed. */
export function samplesBeside(folder: string, ruleFile: string): SamplesBeside {
  const name = ruleFile.replace(/\.ya?ml$/i, '')
  const found = ENDINGS.map((ending) => `${name}${ending}`).filter((file) =>
    lstatSync(join(folder, file), { throwIfNoEntry: false })?.isFile(),
  )
  const [file, second] = found
  if (file === undefined) return undefined
  const refuse = (why: string) => ({ kind: 'refused', file, why: why.replace(/\s+/g, ' ').slice(0, 240) }) as const
  if (second !== undefined) return refuse(`${second} holds samples of the same rule; keep one of the two`)
  try {
    return parsed(readFileSync(join(folder, file), 'utf8'), { file, refuse })
  } catch (cause) {
    if (cause instanceof ReferenceError) return refuse(`it is not YAML that is read: ${withoutQuote(cause.message)}`)
    if (cause instanceof RangeError) return refuse('it is nested too deeply to be read')
    if (cause instanceof Error && 'code' in cause) return refuse(`it cannot be read: ${cause.message}`)
    throw cause
  }
}

function parsed(text: string, { file, refuse }: { readonly file: string; readonly refuse: (why: string) => SamplesBeside }): SamplesBeside {
  if (text.length > CHARACTERS_LIMIT) return refuse(`it has ${text.length} characters, and samples may have ${CHARACTERS_LIMIT}`)
  const documents = parseAllDocuments(text, { prettyErrors: true })
  if (!Array.isArray(documents) || documents.every(({ contents }) => contents === null)) return refuse('it is empty')
  const [fault] = documents.flatMap(({ errors }) => errors)
  if (fault !== undefined) return refuse(`it is neither YAML nor JSON: ${yamlFault(fault)}`)
  if (documents.length > 1) return refuse(`it has ${documents.length} documents; write the samples of a rule as one`)
  const value: unknown = documents[0]?.toJS({ maxAliasCount: ALIASES_LIMIT })
  const samples = SampleRecords.safeParse(value)
  if (samples.success) return { kind: 'read', file, samples: samples.data }
  const [issue] = samples.error.issues
  if (issue === undefined) return refuse('it holds no samples')
  if (issue.code === 'unrecognized_keys') return refuse(`it has the key ${issue.keys[0]}, and only match and nomatch are read`)
  return refuse(`${issue.path.join('.') || 'the file'}: ${issueText(issue, SampleRecords, value)}`)
}
