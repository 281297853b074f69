import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { pythonEnvironment } from '../python-environment.ts'
import { brokenTemplates } from './broken.ts'
import { Accepted, cfnLintFindings, checkovFindings, compare, type Finding } from './findings.ts'
import { examine, type Guard, guardFindings, installGuard, OWN_RULES } from './guard.ts'
import { synthesise } from './templates.ts'

/**
 * `npm run lint:stack`: has cfn-lint, checkov and CloudFormation Guard examine the templates of the stack in its configurations, of the forwarder and of the member stack. Ends with exit code 1 where
 * they find something that `accepted.yaml` does not explain, where that explains what is not found, and where a rule of `own.guard` is about nothing or does not see a template that breaks it.
 * Needs Python 3 with venv, and PyPI and npm's registry for the first run.
 */
const HERE = import.meta.dirname

/** The longest that a linter may take for a template. Milliseconds. */
const LIMIT_MS = 180_000

/** What a linter prints. `fine`: its exit codes with and without findings; any other is an error of its own. */
function printed(command: string, words: readonly string[], fine: (status: number) => boolean): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, { encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 2 ** 26 })
  if (status !== null && fine(status)) return stdout
  throw new Error(`${command} failed (${error?.message ?? `exit code ${status}`})\n${stdout}${stderr}`)
}

/** What the rules of our own do not see in templates that break them. */
function unseen(guard: Guard, whole: string): string[] {
  const all = brokenTemplates(readFileSync(whole, 'utf8')).map(({ template, broken }, at) => {
    const file = join(folder, `broken-${at}.json`)
    writeFileSync(file, JSON.stringify(template))
    return { file, broken }
  })
  const reports = examine(
    guard,
    [OWN_RULES],
    all.map(({ file }) => file),
  )
  return all.flatMap(({ broken }, at) =>
    [...broken]
      .filter(([rule, resource]) => reports[at]?.findings.some((one) => one.rule === rule && one.resource === resource) !== true)
      .map(([rule, resource]) => `${rule} does not see that ${resource} breaks it, in the way ${at + 1} of broken.ts`),
  )
}

const folder = mkdtempSync(join(tmpdir(), 'countersign-stack-'))
try {
  const accepted = Accepted.parse(parse(readFileSync(join(HERE, 'accepted.yaml'), 'utf8')))
  const commands = pythonEnvironment(join(HERE, '..', '..', '.venv-stack'), join(HERE, 'requirements.txt'))
  const guard = installGuard()
  const all: Finding[] = []
  const applied = new Set<string>()
  let failures = 0
  const templates = synthesise(folder)
  for (const [name, template] of templates) {
    // cfn-lint ends with a bit for each severity that it found: 2 errors, 4 warnings, 8 information.
    const lint = ['--format', 'json', '--regions', 'us-east-1', '--', template]
    // checkov ends with 1 where a check failed. Without a key of its vendor it asks nobody but for its guidelines, which are left out.
    const check = ['--file', template, '--framework', 'cloudformation', '--output', 'json', '--compact', '--quiet', '--skip-download']
    const byGuard = guardFindings(guard, template)
    for (const rule of byGuard.applied) applied.add(rule)
    const found = [
      ...byGuard.found,
      ...cfnLintFindings(printed(join(commands, 'cfn-lint'), lint, (status) => status % 2 === 0 && status < 16)),
      ...checkovFindings(printed(join(commands, 'checkov'), check, (status) => status < 2)),
    ]
    const { unexplained } = compare(found, accepted)
    for (const { tool, rule, resource, message } of unexplained) process.stderr.write(`${name}: ${tool} ${rule} ${resource}: ${message}\n`)
    process.stdout.write(`${name}: ${found.length} findings, ${found.length - unexplained.length} of them explained\n`)
    failures += unexplained.length
    all.push(...found)
  }
  const { unneeded } = compare(all, accepted)
  for (const { tool, rule, resources } of unneeded)
    process.stderr.write(`accepted.yaml explains ${tool} ${rule} of ${resources}, which is not found: delete the entry\n`)
  const own = [...readFileSync(OWN_RULES, 'utf8').matchAll(/^rule (\w+)/gm)].map(([, rule = '']) => rule)
  const faults = [
    ...own.filter((rule) => !applied.has(rule)).map((rule) => `no template has what ${rule} of own.guard is about`),
    ...unseen(guard, templates.get('whole') ?? ''),
  ]
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  process.stdout.write(`own.guard: ${own.length} rules, ${faults.length} of them or of their broken templates fail\n`)
  process.exitCode = failures + unneeded.length + faults.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
