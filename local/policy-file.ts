import { type Document, isMap, isScalar, isSeq, parseDocument, YAMLMap, type YAMLParseError } from 'yaml'
import { detectorFaults } from '../shared/detect/detector-names.ts'
import type { Policy } from '../shared/domain/policy.ts'
import { currentDetector, migratePolicy, POLICY_VERSION, RENAMED_KEYS, THRESHOLDS_OF_VERSION_2 } from '../shared/domain/policy-migration.ts'
import { ResponderError } from '../shared/errors.ts'
import { parsePolicy } from '../shared/record/policy-in-force.ts'
import { idlePatterns } from './policy-protections.ts'
import { readText, UnfitFile } from './read/read-text.ts'
import { withoutQuote, yamlFault } from './yaml-fault.ts'

const MAX_CHARACTERS = 262_144
const YAML_OPTIONS = { maxAliasCount: 20, prettyErrors: true } as const

/** A policy file. `migrated` is its text with the keys of this release and its comments; undefined where the file has them already. */
export interface PolicyFile {
  readonly policy: Policy
  /** The version of the keys that the file has. */
  readonly version: unknown
  readonly migrated: string | undefined
}

/** Reads and checks a policy file of any version, YAML or JSON. It may have at most 256 KiB and 20 uses of aliases. */
export async function readPolicyFile(path: string): Promise<Policy> {
  return (await loadPolicyFile(path)).policy
}

/** Reads and checks a policy file, and also returns the text that a file of an older version should have. Every fault is named, each on its line. */
export async function loadPolicyFile(path: string): Promise<PolicyFile> {
  const text = await readText(path).catch((cause: unknown) => {
    throw new ResponderError('policy.invalid', unreadable(path, cause), { cause })
  })
  if (text.length > MAX_CHARACTERS)
    throw new ResponderError('policy.invalid', `${path} has ${text.length} characters; a policy has at most ${MAX_CHARACTERS}`)
  const value = yamlValue(path, text)
  const { policy, faults } = checked(value)
  if (policy === undefined || faults.length > 0)
    throw new ResponderError('policy.invalid', `${path}:\n${faults.join('\n').replace(/^/gm, '  ')}`)
  const { version, weights } = value as { version?: unknown; weights?: unknown }
  const isCurrent = version === POLICY_VERSION && weights === undefined
  return { policy, version, migrated: isCurrent ? undefined : migratedText(text) }
}

function unreadable(path: string, cause: unknown): string {
  const { code } = Object(cause instanceof UnfitFile ? cause.cause : cause) as { code?: unknown }
  if (code === 'ENOENT') return `there is no policy file ${path}`
  if (code === 'EISDIR') return `${path} is a folder and no policy file`
  return `cannot read the policy file ${path}: ${cause instanceof Error ? cause.message : 'unknown error'}`
}

/** The value that the text of a file stands for. */
function yamlValue(path: string, text: string): unknown {
  const document = parseDocument(text, YAML_OPTIONS)
  if (document.errors.length > 0) throw new ResponderError('policy.invalid', `${path} is not YAML:\n${yamlFaults(document.errors)}`)
  try {
    return document.toJS({ maxAliasCount: YAML_OPTIONS.maxAliasCount })
  } catch (cause) {
    if (cause instanceof ReferenceError)
      throw new ResponderError('policy.invalid', `${path} is not YAML that is read: ${withoutQuote(cause.message)}`, { cause })
    throw cause
  }
}

/** The codes of the parser by which it reports lines that are indented wrongly, in its own words. */
const INDENTED: ReadonlySet<string> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'TAB_AS_INDENT',
])

/** The faults that the parser names, and what to look for where it stumbled over the indentation of a line. */
function yamlFaults(errors: readonly YAMLParseError[]): string {
  const [first] = errors
  const line = first?.linePos?.[0].line
  const advice =
    first === undefined || line === undefined || !INDENTED.has(first.code)
      ? []
      : [`Look at the indentation from line ${line} on: keys of one level begin in the same column, and only spaces indent.`]
  return [...advice, ...errors.map(yamlFault)].join('\n')
}

/** The policy, or its faults: what the schema refuses, weights of detectors that there are not, and ARN patterns that match nobody. */
function checked(value: unknown): { policy: Policy | undefined; faults: readonly string[] } {
  const migrated = migratePolicy(value)
  const { detectors } = (migrated ?? {}) as { detectors?: unknown }
  const isNamed = typeof detectors === 'object' && detectors !== null && !Array.isArray(detectors)
  const faults = [...(isNamed ? detectorFaults({ ...detectors }) : []), ...idlePatterns(migrated)]
  try {
    return { policy: parsePolicy(value), faults }
  } catch (cause) {
    if (cause instanceof ResponderError) return { policy: undefined, faults: [cause.message, ...faults] }
    throw cause
  }
}

/** The text of a policy of an older version with the keys of this version. Comments stay in place. */
function migratedText(text: string): string {
  const document = parseDocument(text, YAML_OPTIONS)
  for (const { path, to } of RENAMED_KEYS) renameKey(document.contents, path, to)
  moveWeights(document)
  if (document.get('version') !== POLICY_VERSION) addRestrict(document)
  document.set('version', POLICY_VERSION)
  return textOf(document)
}

/** Writes `weights: { id: 0.5 }` as `detectors: { id: { weight: 0.5 } }`, in its place or into the `detectors` that are there. */
function moveWeights(document: Document): void {
  const weights = document.get('weights')
  if (!isMap(weights)) return
  const moved = weights.items.flatMap(({ key, value }) => (isScalar(key) ? [{ id: currentDetector(String(key.value)), value }] : []))
  if (isMap(document.get('detectors'))) {
    for (const { id, value } of moved) document.setIn(['detectors', id, 'weight'], value)
    document.delete('weights')
    return
  }
  for (const [at, { id, value }] of moved.entries()) {
    const tuning = new YAMLMap(document.schema)
    tuning.flow = true
    tuning.add(document.createPair('weight', value))
    weights.items[at] = document.createPair(id, tuning)
  }
  renameKey(document.contents, ['weights'], 'detectors')
}

/** Adds the threshold `restrict` wherever thresholds stand without it, and thresholds where none stand: those of before, by which nothing is restricted. */
function addRestrict(document: Document): void {
  if (!document.has('thresholds')) document.set('thresholds', document.createNode(THRESHOLDS_OF_VERSION_2))
  const tiers = document.get('tiers')
  const inTiers = isSeq(tiers) ? tiers.items.map((tier) => (isMap(tier) ? tier.get('thresholds') : undefined)) : []
  for (const thresholds of [document.get('thresholds'), ...inTiers]) {
    if (!isMap(thresholds) || thresholds.has('restrict')) continue
    const at = thresholds.items.findIndex(({ key }) => isScalar(key) && key.value === 'contain')
    thresholds.items.splice(at, 0, document.createPair('restrict', thresholds.get('contain')))
  }
}

/** The text without new line breaks: `lineWidth: 0` keeps long lines. */
function textOf(document: Document): string {
  return document.toString({ lineWidth: 0 }).trimEnd()
}

function renameKey(node: unknown, [key, ...rest]: readonly string[], to: string): void {
  if (key === '*') {
    if (isSeq(node)) for (const item of node.items) renameKey(item, rest, to)
    return
  }
  if (!isMap(node)) return
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key)
  if (pair === undefined) return
  if (rest.length > 0) renameKey(pair.value, rest, to)
  else if (isScalar(pair.key)) pair.key.value = to
}
