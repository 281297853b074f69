import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `npm run test:browser`: the console in a real browser. Takes the Chromium that `CHROMIUM` names or that is installed; on
 * Debian, as root, it installs one. Screenshots go to `artefacts/console`.
 */
const KNOWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

function find(): string | undefined {
  const named = process.env.CHROMIUM
  if (named === undefined) return KNOWN.find((path) => existsSync(path))
  if (existsSync(named)) return named
  throw new Error(`CHROMIUM is ${named}, and there is no such file`)
}

function install(): string {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error('no Chromium here: install one (Debian: apt-get install chromium), or name it by CHROMIUM=/path/to/chromium')
  for (const words of [
    ['update', '--quiet'],
    ['install', '--yes', '--quiet', '--no-install-recommends', 'chromium'],
  ]) {
    const { status } = spawnSync('apt-get', words, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
    if (status !== 0) throw new Error(`apt-get ${words.join(' ')} failed with exit code ${status}`)
  }
  const installed = KNOWN.find((path) => existsSync(path))
  if (installed === undefined) throw new Error(`apt-get installed no Chromium at ${KNOWN.join(', ')}`)
  return installed
}

const chromium = find() ?? install()
const { status } = spawnSync('vitest', ['run', '--config', join(import.meta.dirname, 'vitest.config.ts')], {
  stdio: 'inherit',
  env: { ...process.env, CHROMIUM: chromium },
})
process.exitCode = status ?? 1
