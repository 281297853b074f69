import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { ALARM_TEXTS } from '../infra/alarm-texts.ts'
import { CountersignStack } from '../infra/countersign-stack.ts'
import { evidenceRows } from '../local/render/evidence-table.ts'
import { KINDS } from '../local/synthetic/days/kinds.ts'
import { itemTable } from '../shared/aws/item-lives.ts'
import { readStackConfig, StackConfig } from '../shared/config.ts'
import { ESCALATION_PATHS, type EscalationCategory } from '../shared/decide/reach/escalation-paths.ts'
import { CATALOGUE } from '../shared/detect/catalogue.ts'
import { BINDING_DETECTORS } from '../shared/domain/binding-detectors.ts'
import { CEILINGS } from '../shared/domain/ceilings.ts'
import { EvidenceGroup } from '../shared/domain/finding.ts'
import { Policy } from '../shared/domain/policy.ts'
import { POLICY_VERSION } from '../shared/domain/policy-migration.ts'
import { billTable } from './capacity/bill.ts'
import { capacityTables, type Measured } from './capacity/tables.ts'
import { containmentTable } from './containment-table.ts'
import { FAULTS } from './crash/faults.ts'
import { detectorsPage } from './detectors-page.ts'
import { functionTable, keptResources } from './function-table.ts'
import { machineDiagram, machineTable } from './incident-machine-page.ts'
import { MESSAGE_SAMPLES } from './message-samples.ts'
import { withDefaults } from './option-table.ts'
import { ALL_REPORTS } from './reports.ts'

const ROOT = join(import.meta.dirname, '..')

/** A generated part of a document: `<!-- generated: NAME -->…<!-- /generated -->`. */
const MARKED = /(<!-- generated: (\S+) -->)((?:(?!<!-- generated:)[\s\S])*?)(<!-- \/generated -->)/g
const ANY_MARK = /<!-- \/?generated\b/g
/** Markdown treats a line that begins with a comment as HTML, so text after the comment would not be formatted. */
const TEXT_AFTER_MARK = /^[ \t]*<!-- \/?generated\b[^>]*-->[^\n]/m

/** For each name, makes the text of the part from its present text. */
export type Parts = Readonly<Record<string, (text: string) => string>>

const MEASURED: Measured = JSON.parse(readFileSync(join(import.meta.dirname, 'capacity', 'measured.json'), 'utf8'))
const CAPACITY = capacityTables(MEASURED)

const POLICY = Policy.parse({ version: POLICY_VERSION })
const SLACK = { secretName: 'countersign/slack', channel: 'C0123ABCD' }

/** A stack with the default settings. */
const byDefault = once(() => templateOf({}))
/** A stack with every function. */
const withAll = once(() =>
  templateOf(
    {
      slack: SLACK,
      securityHub: true,
      reports: ALL_REPORTS,
      logExposures: { logGroups: ['/ecs/shop'] },
      advisorModelId: 'us.example.model-v1:0',
      operatorRoleArn: 'arn:aws:iam::123456789012:role/operators',
    },
    Policy.parse({ ...POLICY, rotation: { users: ['arn:aws:iam::123456789012:user/ci-*'] }, learning: { autoTighten: true } }),
  ),
)

/** Every part that a document may have generated. */
export const PARTS: Parts = {
  detectors: () => `${CATALOGUE.length}`,
  faults: () => `${FAULTS.length}`,
  alarms: () => `${alarmCounts().alarms}`,
  'alarms-with-slack': () => `${alarmCounts().alarmsWithSlack}`,
  'alarm-table': () => `\n${alarmTable()}\n`,
  'benign-days': () => `${KINDS.filter(({ label }) => label === 'benign').length}`,
  'binding-detectors': () => [...BINDING_DETECTORS].map((id) => `\`${id}\``).join(', '),
  'breaker-containments': () => `${POLICY.breaker.containmentsPerHour}`,
  'suppression-hours': () => `${POLICY.release.suppressionHours}`,
  'pattern-days': () => `${POLICY.release.patternDays}`,
  'breaker-urgent': () => `${POLICY.breaker.urgentPerHour}`,
  bill: () => `\n${billTable(MEASURED, alarmCounts(), [1_000, 100_000, 10_000_000])}\n`,
  'breaker-fraction': () => `${POLICY.breaker.maxUserFraction * 100} %`,
  'capacity-events': () => `\n${CAPACITY.events}\n`,
  'capacity-archives': () => `\n${CAPACITY.archives}\n`,
  'capacity-floods': () => `\n${CAPACITY.floods}\n`,
  'capacity-storage': () => `\n${CAPACITY.storage}\n`,
  'containment-steps': () => `\n${containmentTable()}\n`,
  ceilings: () => `\n${ceilingTable()}\n`,
  'escalation-paths': () => `${ESCALATION_PATHS.length}`,
  'evidence-table': () => `\n${evidenceTable()}\n`,
  'evidence-groups': () => EvidenceGroup.options.join(', '),
  functions: (text) => text.replace(/^( +functions\/ [^:\n]*: ).*$/m, (_, head: string) => head + functions().join(', ')),
  'function-rights': () => `\n${functionTable(withAll(), byDefault())}\n`,
  'incident-diagram': machineDiagram,
  'incident-table': machineTable,
  'kept-resources': () => keptResources(byDefault()),
  'malicious-days': () => `${KINDS.filter(({ label }) => label === 'malicious').length}`,
  'slack-contained': () => MESSAGE_SAMPLES['slack-contained'],
  'slack-restricted': () => MESSAGE_SAMPLES['slack-restricted'],
  'slack-asking': () => MESSAGE_SAMPLES['slack-asking'],
  'mail-contained': () => MESSAGE_SAMPLES['mail-contained'],
  // A key that may be absent has a row as well.
  'policy-defaults': (text) => withDefaults(text, { organization: undefined, ...POLICY }),
  'stack-services': () => servicesOf(withAll()).join(', '),
  'table-items': () => `\n${itemTable()}\n`,
  'stack-defaults': (text) => withDefaults(text, readStackConfig({}), Object.keys(StackConfig.shape)),
}

function ceilingTable(): string {
  const rows = Object.entries(CEILINGS).map(([source, { most, why }]) => `| \`${source}\` | ${most} | ${why} |`)
  return ['| source | at most | why |', '| --- | --- | --- |', ...rows].join('\n')
}

function evidenceTable(): string {
  const rows = evidenceRows(POLICY.evidence, POLICY.thresholds).map(([kind, action]) => `| ${kind} | ${action} |\n`)
  return `| evidence | action |\n| --- | --- |\n${rows.join('')}`
}

function alarmTable(): string {
  const several: Readonly<Record<string, string>> = { Waiting: '…Waiting', Late: '…Late', Errors: '…Errors', Throttled: '…Throttled' }
  const rows = Object.entries(ALARM_TEXTS).map(
    ([kind, { happened, means }]) => `| [\`${several[kind] ?? kind}\`](#${kind.toLowerCase()}) | ${happened} | ${means} |\n`,
  )
  return `| alarm | what happened | what it means |\n| --- | --- | --- |\n${rows.join('')}`
}

/** The text of a document with every generated part brought up to date. */
export function filled(path: string, text: string, parts: Parts = PARTS): string {
  const marks = text.match(ANY_MARK)?.length ?? 0
  if (marks !== 2 * [...text.matchAll(MARKED)].length)
    throw new Error(`${path}: each <!-- generated: NAME --> must have its <!-- /generated --> before the next begins`)
  const [line] = text.match(TEXT_AFTER_MARK) ?? []
  if (line !== undefined) throw new Error(`${path}: a mark that begins a line must be alone on it, got "${line.trim()}"`)
  return text.replace(MARKED, (_, open: string, name: string, old: string, close: string) => {
    const make = parts[name]
    if (make === undefined) throw new Error(`${path}: generated: ${name} must be one of ${Object.keys(parts).join(', ')}`)
    return open + make(old) + close
  })
}

/** Paths of all documents, from the root. */
export function documents(): string[] {
  const below = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`)
  return [...readdirSync(ROOT), ...below('docs'), ...below('.github')].filter((path) => path.endsWith('.md')).sort()
}

/** Every document with its generated parts up to date, and the data that derives from the catalogues of detectors and of paths. `npm run docs` writes them. */
export function generatedDocs(): { path: string; text: string }[] {
  const pages = documents().map((path) => ({
    path,
    text: path === 'docs/detectors.md' ? detectorsPage() : filled(path, readFileSync(join(ROOT, path), 'utf8')),
  }))
  return [
    ...pages,
    { path: 'shared/domain/runbooks.json', text: runbooks() },
    { path: 'shared/decide/reach/seen-paths.json', text: seenPaths() },
  ]
}

/** What calls an identity is seen to make where it grants itself more, or takes on another: the evidence of a call needs no more of the paths. */
function seenPaths(): string {
  const ofCategory = (category: EscalationCategory) =>
    // AssumeRole alone says nothing of the role.
    ESCALATION_PATHS.filter((path) => path.category === category && path.name !== 'sts-001').map(
      ({ permissions }) => `    [${permissions.map((permission) => JSON.stringify(permission)).join(', ')}]`,
    )
  const members = (['self-escalation', 'principal-access'] as const).map((one) => `  "${one}": [\n${ofCategory(one).join(',\n')}\n  ]`)
  return `{\n${members.join(',\n')}\n}\n`
}

/** The runbook of each detector by its id, so that what shows a finding need not load the detectors. */
function runbooks(): string {
  return `${JSON.stringify(Object.fromEntries(CATALOGUE.map(({ id, runbook }) => [id, runbook])), undefined, 2)}\n`
}

/** The template of a stack with these settings. The functions are not bundled. */
function templateOf(settings: object, policy: Policy = POLICY): Template {
  const stack = new CountersignStack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Countersign', {
    config: readStackConfig(settings),
    policy,
    geoIp: { countries: '', networks: '' },
  })
  return Template.fromStack(stack)
}

/** How many alarms a stack with the default settings has, and with Slack. */
export const alarmCounts = once(() => ({ alarms: alarmsOf(byDefault()), alarmsWithSlack: alarmsOf(templateOf({ slack: SLACK })) }))

/** The services of AWS that the resources of a template are of. */
function servicesOf(template: Template): string[] {
  const types = Object.values(template.toJSON().Resources as Record<string, { readonly Type: string }>).map(({ Type }) => Type.split('::'))
  return [...new Set(types.flatMap(([vendor, service = '']) => (vendor === 'AWS' ? [service] : [])))].sort()
}

function alarmsOf(template: Template): number {
  return Object.keys(template.findResources('AWS::CloudWatch::Alarm')).length
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The Lambda functions: files of `functions/` that export a handler. */
function functions(): string[] {
  const names = readdirSync(join(ROOT, 'functions')).filter((name) => name.endsWith('.ts'))
  return names
    .filter((name) => readFileSync(join(ROOT, 'functions', name), 'utf8').includes('export const handler'))
    .map((name) => name.slice(0, -3))
    .sort()
}

if (process.argv[1] === import.meta.filename) for (const { path, text } of generatedDocs()) writeFileSync(join(ROOT, path), text)
