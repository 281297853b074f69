import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Makes a Python environment with the packages that a file of requirements pins, where `folder` has none of these yet, and returns the folder of its commands.
 * Needs `python3` with venv, and PyPI; throws what failed.
 */
export function pythonEnvironment(folder: string, requirements: string): string {
  const commands = join(folder, 'bin')
  const marker = join(folder, 'installed.txt')
  const wanted = readFileSync(requirements, 'utf8')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return commands
  run('python3', ['-m', 'venv', folder])
  run(join(commands, 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--requirement', requirements])
  writeFileSync(marker, wanted)
  return commands
}

function run(command: string, words: readonly string[]): void {
  const { status, error } = spawnSync(command, words, { stdio: 'inherit' })
  if (status !== 0)
    throw new Error(`${command} ${words.join(' ')} failed${error === undefined ? ` with exit code ${status}` : `: ${error.message}`}`)
}
