import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { CountersignStack } from '../../infra/countersign-stack.ts'
import { readStackConfig } from '../../shared/config.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { ACCOUNT, ruleFor, type Sample, type Settings, samples } from './events.ts'

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
function rulesOf(settings: Settings): Map<string, object> {
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
    const [, name] = id.match(/^Rules([A-Za-z]+\d?)[0-9A-F]{8}$/) ?? []
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

const faults: string[] = []
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
        // The list of tampering is too long for one pattern: it is the same rule in parts.
        if (names.replace(/^Tampering\d$/, 'Tampering') !== wanted)
          faults.push(`${said} ${title}: matched by "${names}", wanted "${wanted}"`)
      }
      const forgeries = all.flatMap(forged)
      for (const [at, names] of matched(rules, forgeries, onClassPath).entries()) {
        checks += 1
        if (names !== '') faults.push(`${said} forged ${JSON.stringify(forgeries[at])}: matched by ${names}`)
      }
      for (const name of rules.keys()) used.add(`rule ${name}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
for (const name of [...used].filter((one) => one.startsWith('rule ')).map((one) => one.slice('rule '.length)))
  if (!used.has(name)) faults.push(`no event matches the rule ${name}: the list of events misses what it is for`)
for (const fault of faults.slice(0, 40)) process.stderr.write(`${fault}\n`)
process.stdout.write(`event rules: ${checks - faults.length} passed, ${faults.length} failed\n`)
process.exitCode = faults.length === 0 ? 0 : 1
