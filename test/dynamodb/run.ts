import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'

/**
 * `npm run test:dynamodb`: the contract suite of the stores, and the table of the template, on an implementation of DynamoDB that is neither ours nor the one of the
 * other tests. Builds a pinned dynoxide (github.com/nubo-db/dynoxide) from crates.io into a folder of the checkout, starts it on loopback and ends it by its id. Needs
 * Rust 1.88 with cargo, and a C compiler.
 *
 * With `DYNAMODB_URL` it builds nothing and makes its tables on the server that stands there, for example AWS's DynamoDB Local.
 */
const HERE = import.meta.dirname
const ROOT = join(HERE, '..', '..')
const VERSION = '3.2.0'
const FOLDER = join(ROOT, '.dynoxide', VERSION)

/** The path of the server, which is built where it is not there yet. cargo compares what it downloads with the checksums of the index and of the lock file that is part of the package. */
function built(): string {
  const command = join(FOLDER, 'bin', 'dynoxide')
  if (existsSync(command)) return command
  const features = ['--no-default-features', '--features', 'native-sqlite,http-server,cli']
  // Optimising would take longer than it saves in the tests.
  const words = ['install', 'dynoxide-rs', '--version', `=${VERSION}`, '--locked', '--debug', '--quiet', '--root', FOLDER, ...features]
  const { status, error } = spawnSync('cargo', words, { stdio: 'inherit', env: { ...process.env, CARGO_PROFILE_DEV_DEBUG: '0' } })
  if (status !== 0)
    throw new Error(`cargo built no dynoxide (${error?.message ?? `exit code ${status}`}); it needs Rust 1.88 and a C compiler`)
  return command
}

async function isUp(url: string, deadline: number): Promise<boolean> {
  while (Date.now() < deadline) {
    if ((await fetch(url).catch(() => undefined)) !== undefined) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

function runOn(url: string): number {
  const { status } = spawnSync('vitest', ['run', '--config', join(HERE, 'vitest.config.ts')], {
    stdio: 'inherit',
    env: { ...process.env, DYNAMODB_URL: url },
  })
  return status ?? 1
}

const given = process.env.DYNAMODB_URL
if (given !== undefined) process.exitCode = runOn(given)
else {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = spawn(built(), ['serve', '--host', '127.0.0.1', '--port', String(port), '--log', 'quiet'], { stdio: 'inherit' })
  try {
    if (!(await isUp(url, Date.now() + 30_000))) throw new Error(`dynoxide did not answer on ${url} within half a minute`)
    process.exitCode = runOn(url)
  } finally {
    server.kill('SIGTERM')
  }
}
