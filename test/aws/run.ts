import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, openSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { pythonEnvironment } from '../python-environment.ts'

/**
 * `npm run test:aws`: an AWS implementation that is not ours. Makes a Python environment with a pinned moto, starts its
 * server on loopback with IAM enforcement on, runs the tests of this folder against it, and ends that server by its id.
 */
const HERE = import.meta.dirname

async function isUp(url: string, deadline: number): Promise<boolean> {
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined)
    if (answer?.ok === true) return true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return false
}

const commands = pythonEnvironment(join(HERE, '..', '..', '.venv'), join(HERE, 'requirements.txt'))
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const logFile = join(mkdtempSync(join(tmpdir(), 'countersign-moto-')), 'moto.log')
const log = openSync(logFile, 'w')
const moto = spawn(join(commands, 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
  stdio: ['ignore', log, log],
  // moto checks credentials once this is set; each test file makes its own administrator.
  env: { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: '0', PYTHONWARNINGS: 'ignore' },
})
try {
  if (!(await isUp(url, Date.now() + 60_000))) throw new Error(`moto did not answer on ${url} within a minute; its output is in ${logFile}`)
  const { status } = spawnSync('vitest', ['run', ...process.argv.slice(2), '--config', join(HERE, 'vitest.config.ts')], {
    stdio: 'inherit',
    env: { ...process.env, MOTO_URL: url },
  })
  process.exitCode = status ?? 1
  if (status !== 0) process.stderr.write(`What moto printed is in ${logFile}\n`)
} finally {
  moto.kill('SIGTERM')
}
