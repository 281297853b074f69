import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { type CompiledRule, compileRule } from '../../shared/detect/rules/sigma/compile-rule.ts'
import { ResponderError } from '../../shared/errors.ts'
import { whyUnreadable } from '../read/list-files.ts'
import { withoutQuote, yamlFault } from '../yaml-fault.ts'
import { isSamplesFile } from './read-samples.ts'

/** The most rules of a folder, the most characters of a file, and how often a file may use an alias. */
const FILES_LIMIT = 5_000
const CHARACTERS_LIMIT = 65_536
const ALIASES_LIMIT = 20

/** The rules of a folder, in the order of their files. */
export interface RulesFolder {
  readonly loaded: readonly { readonly file: string; readonly rule: CompiledRule }[]
  readonly refused: readonly { readonly file: string; readonly why: string }[]
  /** The files that hold samples and are no rules. */
  readonly samples: readonly string[]
}

/**
 * Reads every file of a folder and the folders in it that ends in `.yml` or `.yaml`, but for those of samples. A file is one rule, or is refused with the reason. Links are not followed.
 * Throws `usage` where there is no such folder, or no such file in it.
 */
export function readRulesFolder(folder: string): RulesFolder {
  const { files, samples } = filesOf(folder)
  const loaded: { file: string; rule: CompiledRule }[] = []
  const refused: { file: string; why: string }[] = []
  const known = new Map<string, string>()
  for (const file of files) {
    const rule = readRule(join(folder, file))
    const twice = rule.kind === 'refused' ? undefined : sameAs(rule, known)
    if (rule.kind === 'refused') refused.push({ file, why: rule.why })
    else if (twice !== undefined) refused.push({ file, why: twice })
    else {
      known.set(rule.detector, file)
      if (rule.id !== undefined) known.set(rule.id.toLowerCase(), file)
      loaded.push({ file, rule })
    }
  }
  return { loaded, refused, samples }
}

function sameAs({ detector, id }: CompiledRule, known: ReadonlyMap<string, string>): string | undefined {
  const [byId, byName] = [known.get(id?.toLowerCase() ?? ''), known.get(detector)]
  if (byId !== undefined) return `it has the id of ${byId}, which is loaded`
  return byName === undefined ? undefined : `it would be ${detector}, as ${byName}, which is loaded; give the file another name`
}

function filesOf(folder: string): { readonly files: readonly string[]; readonly samples: readonly string[] } {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) throw new ResponderError('usage', `there is no folder ${folder} with rules`)
  // A link that a person names is followed: those in the folder are not.
  const found = readdirOf(folder).filter((entry) => entry.isFile())
  const samples = found.filter((entry) => isSamplesFile(entry.name))
  const files = found.filter((entry) => /\.ya?ml$/i.test(entry.name) && !isSamplesFile(entry.name))
  if (files.length === 0) throw new ResponderError('usage', `${folder} has no rule: no file in it ends in .yml or .yaml`)
  if (files.length > FILES_LIMIT)
    throw new ResponderError('usage', `${folder} has ${files.length} files of rules, and ${FILES_LIMIT} are allowed; name a folder in it`)
  const names = (entries: typeof found) => entries.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort()
  return { files: names(files), samples: names(samples) }
}

function readdirOf(folder: string) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
  } catch (cause) {
    const { code } = cause as { code?: unknown }
    if (code === 'ENOTDIR') throw new ResponderError('usage', `${folder} is no folder; name the folder that the rules are in`, { cause })
    throw new ResponderError('usage', `cannot read the folder ${folder}: ${whyUnreadable(cause)}`, { cause })
  }
}

type Read = ReturnType<typeof compileRule>

function readRule(path: string): Read {
  const name = basename(path).replace(/\.ya?ml$/i, '')
  const refuse = (why: string): Read => ({ kind: 'refused', why: why.replace(/\s+/g, ' ').slice(0, 240) })
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    return refuse(`it cannot be read: ${cause instanceof Error ? cause.message : 'unknown error'}`)
  }
  if (text.length > CHARACTERS_LIMIT) return refuse(`it has ${text.length} characters, and a rule may have ${CHARACTERS_LIMIT}`)
  try {
    const documents = parseAllDocuments(text, { prettyErrors: true })
    if (!Array.isArray(documents)) return refuse('it is empty')
    const [fault] = documents.flatMap(({ errors }) => errors)
    if (fault !== undefined) return refuse(`it is not YAML: ${yamlFault(fault)}`)
    if (documents.every(({ contents }) => contents === null)) return refuse('it is empty')
    const values: unknown[] = documents.map((document) => document.toJS({ maxAliasCount: ALIASES_LIMIT }))
    if (values.some((value) => typeof value === 'object' && value !== null && 'correlation' in value))
      return refuse('it correlates rules, which takes a detector in code')
    if (values.length > 1) return refuse(`it has ${values.length} documents; write one file for each rule`)
    return compileRule(name, values[0])
  } catch (cause) {
    // Too many aliases, and what is nested so deeply that reading it exhausts the stack.
    if (cause instanceof ReferenceError) return refuse(`it is not YAML that is read: ${withoutQuote(cause.message)}`)
    if (cause instanceof RangeError) return refuse('it is nested too deeply to be read')
    throw cause
  }
}
