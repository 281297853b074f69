import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { reachIn } from '../../shared/decide/reach/account-reach.ts'
import { ESCALATION_PATHS } from '../../shared/decide/reach/escalation-paths.ts'
import { pythonEnvironment } from '../python-environment.ts'
import { pathNamesOf, roleArn } from '../reach.ts'

/**
 * `npm run test:managed`: the reach of a role for each of AWS's managed policies, whose documents the Python package moto has. Readers have no path to more rights, and
 * administrators have all. Needs Python 3 with venv, and PyPI.
 */
const HERE = import.meta.dirname

/** Policies for people and tools that look at an account and change nothing. */
const READERS = ['ReadOnlyAccess', 'SecurityAudit', 'ViewOnlyAccess', 'IAMReadOnlyAccess', 'AWSSupportAccess', 'AmazonS3ReadOnlyAccess']

const python = join(pythonEnvironment(join(HERE, '..', '..', '.venv'), join(HERE, '..', 'aws', 'requirements.txt')), 'python')
const { status, stdout, error } = spawnSync(python, [join(HERE, 'print.py')], { encoding: 'utf8', maxBuffer: 256 * 2 ** 20 })
assert.equal(status, 0, `no policies were printed: ${error?.message ?? `exit code ${status}`}`)
const documents = JSON.parse(stdout) as Readonly<Record<string, unknown>>

const names = Object.keys(documents)
const holders = names.map((name) => ({
  id: roleArn(name),
  kind: 'role' as const,
  name,
  tags: {},
  policies: { identity: [{ name, document: documents[name] }] },
}))
const reach = reachIn({ holders, controls: [] })
const of = (name: string) => reach.get(roleArn(name)) ?? assert.fail(`moto has no managed policy ${name}`)

for (const name of READERS) assert.deepEqual(pathNamesOf(of(name)), [], name)
assert.equal(of('AdministratorAccess').reach, 100)
assert.equal(pathNamesOf(of('AdministratorAccess')).length, ESCALATION_PATHS.length)
for (const name of ['IAMFullAccess', 'PowerUserAccess']) assert.ok(of(name).reach >= 90, name)
const unread = [...reach.values()].filter(({ reasons }) => reasons.some((reason) => reason.startsWith('what the policy')))
assert.deepEqual(
  unread.map(({ name }) => name),
  [],
)
const withPaths = [...reach.values()].filter(({ paths }) => paths.length > 0)
process.stdout.write(`${names.length} managed policies: ${withPaths.length} have a path to more rights, none of ${READERS.join(', ')}\n`)
