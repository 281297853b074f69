import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { CountersignStack } from '../../infra/countersign-stack.ts'
import { readStackConfig } from '../../shared/config.ts'
import type { DeliveryOptions } from '../../shared/detect/delivery-rules.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { ordinaryEvents } from '../infra/delivered-events.ts'
import { priceOfEvent, tableUnits } from './cost.ts'
import { ACCOUNT, type Sample, samples } from './events.ts'
import { type Column, FIRING, matrixOf } from './matrix.ts'
import { ruleFor } from './rule-for.ts'

/**
 * `npm run test:rules`: holds the rules of the synthesised template to real shapes of events, by the matcher that EventBridge itself is built on
 * (github.com/aws/event-ruler). Needs Java 17 and Maven, which fetches that matcher into its own repository.
 */
const HERE = import.meta.dirname

/** The longest that Maven may fetch, and that Java may match. Milliseconds. */
const LIMIT_MS = 240_000

const folder = mkdtempSync(join(tmpdir(), 'countersign-rules-'))

/** Sources that anybody with `events:PutEvents` may write; `undefined` leaves the source out. */
const FOREIGN_SOURCES = ['com.example.app', 'aws', 'awsx.iam', 'AWS.iam', 'Aws.iam', 'my.aws.iam', ' aws.iam', 'custom.aws.', '', undefined]

function run(command: string, words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, { encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 2 ** 26 })
  if (status === 0) return stdout
  throw new Error(
    `${command} ${words[0]} failed (${error?.message ?? `exit code ${status}`}); the check of the event rules needs Java 17 and Maven\n${stdout}${stderr}`,
  )
}

function classPath(): string {
  const file = join(folder, 'class-path')
  run('mvn', ['-q', '-B', '-f', join(HERE, 'pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${file}`])
  return readFileSync(file, 'utf8').trim()
}

interface Rule {
  readonly Type: string
  readonly Properties: { readonly EventPattern?: object }
}

/** The rules of a stack by their names, with the ARN of a role written out where the template refers to it. */
function rulesOf(settings: DeliveryOptions): Map<string, object> {
  const app = new App({ outdir: mkdtempSync(join(folder, 'cdk-')), context: { 'aws:cdk:bundling-stacks': [] } })
  const geoFile = join(HERE, '..', '..', 'package.json')
  const stack = new CountersignStack(app, 'Countersign', {
    config: readStackConfig(settings),
    policy: parsePolicy({ version: 2 }),
    geoIp: { countries: geoFile, networks: geoFile },
    env: { account: ACCOUNT, region: 'us-east-1' },
  })
  const found = Object.entries(Template.fromStack(stack).findResources('AWS::Events::Rule')) as [string, Rule][]
  const named = found.flatMap(([id, { Properties }]) => {
    const [, name] = id.match(/^Rules([A-Za-z]+\d*)[0-9A-F]{8}$/) ?? []
    return name === undefined || Properties.EventPattern === undefined ? [] : [[name, written(Properties.EventPattern) as object] as const]
  })
  return new Map(named)
}

function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written)
  if (typeof value !== 'object' || value === null) return value
  const { 'Fn::GetAtt': attribute } = value as { 'Fn::GetAtt'?: readonly [id: string, name: string] }
  if (attribute !== undefined) return `arn:aws:iam::${ACCOUNT}:role/${attribute[0]}`
  const { 'Fn::Join': joined, Ref: reference } = value as { 'Fn::Join'?: readonly [between: string, parts: unknown[]]; Ref?: string }
  if (reference !== undefined) return reference === 'AWS::Partition' ? 'aws' : reference
  if (joined !== undefined) return joined[1].map(written).join(joined[0])
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, written(item)]))
}

/** A session ARN of the responder's own functions, as the patterns name it. */
function ownSessionIn(rules: ReadonlyMap<string, object>): string {
  const [arn] =
    JSON.stringify([...rules.values()]).match(/arn:aws:sts::\d{12}:assumed-role\/Contain[A-Za-z0-9]+\/Countersign-contain/) ?? []
  if (arn === undefined) throw new Error('no rule leaves out what contain does itself')
  return arn
}

function matched(rules: ReadonlyMap<string, object>, events: readonly object[], onClassPath: string): string[] {
  const [ruleFile, eventFile] = [join(folder, 'rules'), join(folder, 'events')]
  writeFileSync(ruleFile, [...rules].map(([name, pattern]) => `${name}\t${JSON.stringify(pattern)}`).join('\n'))
  writeFileSync(eventFile, events.map((event) => JSON.stringify(event)).join('\n'))
  const lines = run('java', ['-cp', onClassPath, join(HERE, 'RuleCheck.java'), ruleFile, eventFile])
    .split('\n')
    .slice(0, -1)
  if (lines.length !== events.length) throw new Error(`${events.length} events were asked about, ${lines.length} were answered`)
  return lines
}

/** The same event under every source that is not AWS's. */
function forged({ event }: Sample): object[] {
  const { source: _, ...rest } = event
  return FOREIGN_SOURCES.map((source) => (source === undefined ? rest : { ...rest, source }))
}

/** What the rules of a configuration deliver of ordinary days, and what that costs. */
function costLine(settings: DeliveryOptions, delivered: readonly string[], price: number): string {
  const count = delivered.filter((names) => names !== '').length
  const share = count / delivered.length
  const usd = (share * price * 1e6).toFixed(2)
  return `  ${JSON.stringify(settings)}: ${count} of ${delivered.length} events (${(100 * share).toFixed(1)} %), ${usd} USD`
}

const faults: string[] = []
const columns: Column[] = []
const costs: string[] = []
const ordinary = ordinaryEvents(1)
const units = tableUnits(ordinary.map(({ detail }) => detail as object))
const price = priceOfEvent(units)
let checks = 0
const used = new Set<string>()
try {
  const onClassPath = classPath()
  for (const includeRoleSessions of [false, true]) {
    for (const readOnlyEvents of [true, false]) {
      const settings = { includeRoleSessions, readOnlyEvents }
      const rules = rulesOf(settings)
      const all = samples(ownSessionIn(rules))
      const said = JSON.stringify(settings)
      for (const [at, names] of matched(
        rules,
        all.map(({ event }) => event),
        onClassPath,
      ).entries()) {
        const { title, facts } = all[at] as Sample
        const wanted = ruleFor(facts, settings) ?? ''
        used.add(names)
        checks += 1
        // A rule whose names are too many for one pattern stands there in parts.
        if (names.replace(/\d+$/, '') !== wanted) faults.push(`${said} ${title}: matched by "${names}", wanted "${wanted}"`)
      }
      // A source decides before anything else, so that of each rule some are enough.
      const forgeries = all.filter((_, at) => at % 4 === 0).flatMap(forged)
      for (const [at, names] of matched(rules, forgeries, onClassPath).entries()) {
        checks += 1
        if (names !== '') faults.push(`${said} forged ${JSON.stringify(forgeries[at])}: matched by ${names}`)
      }
      const events = FIRING.map(({ event }) => event)
      columns.push({ settings, delivered: matched(rules, events, onClassPath) })
      checks += events.length
      costs.push(costLine(settings, matched(rules, ordinary, onClassPath), price))
      for (const name of rules.keys()) used.add(`rule ${name}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
for (const name of [...used].filter((one) => one.startsWith('rule ')).map((one) => one.slice('rule '.length)))
  if (!used.has(name)) faults.push(`no event matches the rule ${name}: the list of events misses what it is for`)
const matrix = matrixOf(columns)
faults.push(...matrix.faults)
process.stdout.write(`${matrix.lines.join('\n')}\n\n`)
process.stdout.write(
  `Cost of a million events of the account, at most (each delivered event alone in its batch: ${(price * 1e6).toFixed(2)} USD a million, ` +
    `${units.write.toFixed(1)} write units each), by what the rules deliver of a synthetic month:\n${costs.join('\n')}\n\n`,
)
for (const fault of faults.slice(0, 40)) process.stderr.write(`${fault}\n`)
process.stdout.write(`event rules: ${checks - faults.length} passed, ${faults.length} failed\n`)
process.exitCode = faults.length === 0 ? 0 : 1
