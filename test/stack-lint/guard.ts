import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from './findings.ts'
import { type GuardReport, guardReports } from './guard-report.ts'

/** The folder that CloudFormation Guard is unpacked into. Git ignores it. */
const FOLDER = join(import.meta.dirname, '..', '..', '.cfn-guard')

/**
 * The package of AWS's CDK team that has the command of CloudFormation Guard 3.1.1 for Linux and macOS in it, and the rules of Control Tower's proactive controls. Apache-2.0.
 * It is unpacked and not installed: it needs nothing, and would bring another CDK.
 */
const PACKAGE = '@cdklabs/cdk-validator-cfnguard'
const VERSION = '0.0.62'
const SHA512 = 'Sg2k8067B0AIJ82QFSLhHTUIqxOYTKABvVrTHiyc6j0rE2NHli2diIYqf+w+DkuDKCYYgMIOga3OrYMOHUw0mQ=='

/** The folders of the commands in the package, by platform and architecture of Node. */
const COMMANDS: Readonly<Record<string, string>> = {
  'linux-x64': 'ubuntu/x86_64',
  'linux-arm64': 'ubuntu/aarch64',
  'darwin-x64': 'macos/x86_64',
  'darwin-arm64': 'macos/aarch64',
}

/** The longest that Guard may take. Milliseconds. */
const LIMIT_MS = 600_000

/** Rules of our own, each with what it is for. */
export const OWN_RULES = join(import.meta.dirname, 'own.guard')

export interface Guard {
  readonly command: string
  /** Files of rules of AWS Control Tower. */
  readonly controlTower: readonly string[]
}

/** Unpacks Guard where it is not there yet. Needs npm's registry, and `tar`. Throws where what came is not what is pinned, and where there is no command for this platform. */
export function installGuard(): Guard {
  const platform = COMMANDS[`${process.platform}-${process.arch}`]
  if (platform === undefined)
    throw new Error(
      `there is no CloudFormation Guard for ${process.platform}-${process.arch}; there is one for ${Object.keys(COMMANDS).join(', ')}`,
    )
  const marker = join(FOLDER, 'unpacked.txt')
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== SHA512) {
    rmSync(FOLDER, { recursive: true, force: true })
    mkdirSync(FOLDER, { recursive: true })
    run('npm', ['pack', `${PACKAGE}@${VERSION}`, '--pack-destination', FOLDER, '--silent'])
    const [archive = ''] = readdirSync(FOLDER)
    const sum = createHash('sha512')
      .update(readFileSync(join(FOLDER, archive)))
      .digest('base64')
    if (sum !== SHA512) throw new Error(`${PACKAGE}@${VERSION} has the SHA-512 ${sum}, and not ${SHA512}`)
    run('tar', ['-xzf', join(FOLDER, archive), '-C', FOLDER, '--strip-components', '1'])
    writeFileSync(marker, SHA512)
  }
  const rules = join(FOLDER, 'rules', 'control-tower', 'cfn-guard')
  const files = readdirSync(rules, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.guard'))
  return { command: join(FOLDER, 'bin', platform, 'cfn-guard'), controlTower: files.map((name) => join(rules, name)) }
}

/** The rules that name a type of resource that a template has: others say nothing of it, and take time. */
export function rulesFor(template: string, files: readonly string[]): string[] {
  const { Resources } = JSON.parse(readFileSync(template, 'utf8')) as { Resources: Readonly<Record<string, { readonly Type: string }>> }
  const types = new Set(Object.values(Resources).map(({ Type }) => Type))
  return files.filter((file) => [...readFileSync(file, 'utf8').matchAll(/AWS::\w+::\w+/g)].some(([type]) => types.has(type)))
}

/** What rules say of templates, in the order of the templates. */
export function examine({ command }: Guard, rules: readonly string[], templates: readonly string[]): GuardReport[] {
  const words = ['validate', ...rules.flatMap((file) => ['--rules', file]), ...templates.flatMap((file) => ['--data', file])]
  const format = ['--structured', '--output-format', 'json', '--show-summary', 'none']
  const { status, stdout, stderr, error } = spawnSync(command, [...words, ...format], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 2 ** 28,
  })
  // 19: a rule is broken.
  if (status !== 0 && status !== 19)
    throw new Error(`${command} failed (${error?.message ?? `exit code ${status}`})\n${stdout.slice(0, 2000)}${stderr}`)
  const reports = guardReports(stdout)
  return templates.map((template) => {
    const report = reports.get(template)
    if (report === undefined || report.applied.size === 0) throw new Error(`Guard checked nothing of ${template}`)
    return report
  })
}

/** What the rules of our own and those of Control Tower find in a template, and which of our own said anything of it. */
export function guardFindings(guard: Guard, template: string): { readonly found: Finding[]; readonly applied: ReadonlySet<string> } {
  const [own] = examine(guard, [OWN_RULES], [template])
  const theirs = rulesFor(template, guard.controlTower)
  const [controlTower] = theirs.length === 0 ? [] : examine(guard, theirs, [template])
  return { found: [...(own?.findings ?? []), ...(controlTower?.findings ?? [])], applied: own?.applied ?? new Set() }
}

function run(command: string, words: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed: ${error?.message ?? stderr}`)
}
