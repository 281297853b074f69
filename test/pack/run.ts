import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OLDEST_NODE } from '../../local/node-version.ts'

/**
 * `npm run test:pack`: packs the command line, installs the tarball into an empty project and uses it there, as somebody does who has no
 * checkout: on the oldest Node that it says it runs on, on the one that the project itself runs on, and on one that is too old.
 * Installs from the registry that npm is set to.
 */
const ROOT = join(import.meta.dirname, '..', '..')
const OLDEST = `${OLDEST_NODE.join('.')}.0`
const TOO_OLD = '18.20.8'

/** The most files that a tarball may hold, and the longest that one command may take. */
const FILES_LIMIT = 40
const TIMEOUT_MS = 300_000

const RECORD = {
  eventVersion: '1.08',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEEXAMPLE12',
    arn: 'arn:aws:iam::123456789012:user/ci',
    accountId: '123456789012',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    userName: 'ci',
  },
  eventTime: '2026-01-31T12:00:00Z',
  eventSource: 'sts.amazonaws.com',
  eventName: 'GetCallerIdentity',
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.10',
  userAgent: 'aws-cli/2.15.0',
  requestParameters: null,
  responseElements: null,
  eventID: '11111111-1111-4111-8111-111111111111',
  eventType: 'AwsApiCall',
  readOnly: true,
  recipientAccountId: '123456789012',
}

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Without the variables and the PATH by which npm tells a script of the checkout. */
const ENVIRONMENT = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|command|execpath|node_execpath)/.test(name)),
  ),
  PATH: (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .join(':'),
  NO_COLOR: '1',
}

function run(command: string, words: readonly string[], cwd: string): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, words, { cwd, env: ENVIRONMENT, encoding: 'utf8', timeout: TIMEOUT_MS })
  if (error !== undefined) throw error
  return { code: status, out: stdout, err: stderr }
}

function npm(words: readonly string[], cwd: string): string {
  const { code, out, err } = run('npm', words, cwd)
  assert.equal(code, 0, `npm ${words.join(' ')} failed:\n${err}${out}`)
  return out
}

/** An empty project with the tarball and a Node. */
function projectWith(node: string, tarball: string, folder: string): (words: readonly string[]) => Ran {
  const project = join(folder, `node-${node}`)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
  writeFileSync(join(project, 'events.json'), JSON.stringify({ Records: [RECORD] }))
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', `node@${node}`, tarball], project)
  assert.equal(run(join(project, 'node_modules', '.bin', 'node'), ['--version'], project).out.trim(), `v${node}`)
  return (words) => run('npx', ['--no-install', 'countersign', ...words], project)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function pack(folder: string): { tarball: string; version: string } {
  const tarball = join(folder, npm(['pack', '--silent', '--pack-destination', folder], ROOT).trim().split('\n').at(-1) ?? '')
  assert.ok(existsSync(tarball), `npm pack made no ${tarball}`)
  const files = run('tar', ['--list', '--file', tarball], folder).out.trim().split('\n')
  assert.ok(files.length <= FILES_LIMIT, `the tarball holds ${files.length} files, of ${FILES_LIMIT} at most:\n${files.join('\n')}`)
  for (const file of ['dist/countersign.js', 'dist/read-thread.js', 'dist/THIRD-PARTY.txt', 'policy.yaml', 'LICENSE'])
    assert.ok(files.includes(`package/${file}`), file)
  say(`packed ${files.length} files`)
  return { tarball, version: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version }
}

function useOn(node: string, { tarball, version }: { tarball: string; version: string }, folder: string): void {
  const countersign = projectWith(node, tarball, folder)
  assert.deepEqual(countersign(['--version']), { code: 0, out: `${version}\n`, err: '' })

  const check = countersign(['policy', 'check'])
  assert.equal(check.code, 0, check.err)
  assert.match(check.out, /is a valid policy: mode observe/)
  assert.match(check.err, /No policy\.yaml in this folder: the built-in default policy counts/)

  const replayed = countersign(['replay', 'events.json', '--json'])
  assert.equal(replayed.code, 0, replayed.err)
  assert.match(replayed.err, /the built-in default policy counts/)
  const summary = JSON.parse(replayed.out.trim().split('\n').at(-1) ?? '')
  assert.deepEqual([summary.records, summary.signals, summary.unreadable], [1, 1, 0])

  // The second thread has a file of its own.
  const byTwo = countersign(['replay', 'events.json', '--json', '--jobs', '2'])
  const untimed = ({ code, out, err }: Ran) => ({ code, out: out.replace(/"seconds":[\d.]+/, ''), err })
  assert.deepEqual(untimed(byTwo), untimed(replayed))

  const story = countersign(['start', '--once'])
  assert.equal(story.code, 0, story.err)
  assert.match(story.out, /^Incident inc-\w+ {2}contained/m)
  const [, id = ''] = story.out.match(/npx --no-install countersign release (inc-\w+) --reason/) ?? []
  assert.notEqual(id, '', `the story prints no command that releases it:\n${story.out}`)

  // The page needs its style and the charts, the verdict the embedded table.
  const report = countersign(['report', '--out', 'report.html'])
  assert.equal(report.code, 0, report.err)
  assert.match(readFileSync(join(folder, `node-${node}`, 'report.html'), 'utf8'), /<style>[^<]{1000}[\s\S]*src="data:image\/svg/)
  const released = countersign(['release', id, '--reason', 'a drill', '--yes'])
  assert.match(released.out, /^Released inc-/, released.err)
  say(`Node ${node}: --version, policy check, replay by one thread and by two, start, report and release work`)
}

function refuseOn(node: string, { tarball }: { tarball: string }, folder: string): void {
  const { code, out, err } = projectWith(node, tarball, folder)(['replay', 'events.json'])
  assert.deepEqual([code, out], [2, ''], err)
  assert.match(err, /^countersign needs Node 22\.12 or newer, and this is v18\.20\.8; [^\n]+\n$/)
  say(`Node ${node}: one line, exit code ${code}`)
}

const folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'))
try {
  const packed = pack(folder)
  for (const node of [OLDEST, process.versions.node]) useOn(node, packed, folder)
  refuseOn(TOO_OLD, packed, folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
