import { readFile } from 'node:fs/promises'
import { whyUnreadable } from './list-files.ts'
import { packedForm } from './packed-form.ts'

/** Why a file cannot be read as a text or as JSON, in words that stand behind its name. */
export class UnfitFile extends Error {}

/** Reads a text that is read as a whole, such as a policy. Throws `UnfitFile`; what another form is, it names, with what to do. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new UnfitFile(whyUnreadable(cause), { cause })
  })
  const form = packedForm(bytes)
  if (form !== undefined) throw new UnfitFile(`it is packed as ${form}: unpack it first, and name the file in it`)
  // No text has a NUL, and UTF-8 has no bytes that stand for nothing.
  if (bytes.includes(0) || bytes.toString('utf8').includes('\ufffd')) throw new UnfitFile('it is no text in UTF-8')
  return bytes.toString('utf8')
}

/** Reads a JSON value, which `command` prints. Throws `UnfitFile`. */
export async function readJson(path: string, command?: string): Promise<unknown> {
  const text = await readText(path)
  const instead = command === undefined ? '' : `; give what \`${command}\` prints`
  if (text.trim() === '') throw new UnfitFile(`it is empty${instead}`)
  try {
    return JSON.parse(text)
  } catch (cause) {
    // The parser quotes what it read, which may be anything.
    throw new UnfitFile(`${isCsv(text) ? 'it is CSV and not JSON' : 'it is not JSON'}${instead}${outputOf(command)}`, { cause })
  }
}

function outputOf(command: string | undefined): string {
  return command === undefined ? '' : ' with --output json'
}

/** Rows that have as many commas as the first, which has some. */
function isCsv(text: string): boolean {
  const [head = '', next] = text.split('\n')
  const commas = (line: string) => line.split(',').length
  return !/^\s*[[{"]/.test(text) && commas(head) > 1 && next !== undefined && commas(next) === commas(head)
}
