import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
}

/** Files in which a package says under which terms it may be passed on. */
const TERMS = /^(licen[cs]e|notice|copying|.+[-_]license)([-.].*)?$/i

/**
 * The notices of every package of which something is passed on: its name, version and licence, and the texts that it asks to be kept
 * with it; a text that many share stands once. `comments` are those that stand in its code. Throws where a package names no licence.
 */
export function thirdPartyNotices(folders: Iterable<string>, comments: Iterable<string>): string {
  const numbers = new Map<string, number>()
  const numberOf = (text: string) => numbers.get(text) ?? numbers.set(text, numbers.size + 1).size
  const packages = [...new Set(folders)].sort().map((folder) => {
    const texts = textsIn(folder).map((text) => `text ${numberOf(text)}`)
    return [nameOf(folder), ...texts].join(', ')
  })
  return [
    'Countersign passes on parts of the packages below, each under its own terms.',
    // A package may lie in several folders, for each version that is asked for.
    [...new Set(packages)].join('\n'),
    ...[...numbers].map(([text, number]) => `${'-'.repeat(80)}\nText ${number}\n\n${text}`),
    `${'-'.repeat(80)}\nComments in the code that ask to be kept`,
    ...[...new Set(comments)].sort(),
    '',
  ].join('\n\n')
}

function nameOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  if (license === undefined || license === 'UNLICENSED') throw new Error(`${name} ${version} names no licence: it must not be passed on`)
  return `${name} ${version}, ${license}`
}

function textsIn(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => TERMS.test(file))
  return files.sort().map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
}

/** The folder of the package that a file is of, `…/node_modules/@scope/name`; undefined for a file of our own. */
export function packageFolder(file: string): string | undefined {
  const folder = file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]
  return folder !== undefined && existsSync(join(folder, 'package.json')) ? folder : undefined
}
