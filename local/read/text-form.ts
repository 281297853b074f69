import { parse } from 'yaml'
import { csvRows } from './csv-rows.ts'
import { peek } from './limited.ts'

/** The most text of YAML, which is parsed as a whole. */
const MAX_YAML_BYTES = 8 * 1024 * 1024

/** How `aws … --output yaml` and `yaml-stream` begin. */
const YAML =
  /^(?:---\s*\n)?(?:- )?(?:\$metadata|Events|NextToken|Messages|events|logEvents|QueryResultRows):(?:\s|$)|^- ['"]?\{|^- [A-Z]\w+: /

/** The most bytes at the beginning that decide what a text is. */
const BEGINNING_BYTES = 8192

/** Text as JSON: UTF-16 becomes UTF-8, and rows of CSV and documents of YAML become JSON. JSON itself, and whatever else it may be, stays as it is. */
export async function* asJson(chunks: AsyncGenerator<Buffer>, onDamage: (reason: string) => void): AsyncGenerator<Buffer> {
  const { first, all } = await peek(chunks, BEGINNING_BYTES)
  const encoding = first[0] === 0xff && first[1] === 0xfe ? 'utf-16le' : first[0] === 0xfe && first[1] === 0xff ? 'utf-16be' : undefined
  if (encoding !== undefined) return yield* asJson(decoded(all, encoding), onDamage)
  const beginning = first.toString('utf8').replace(/^\ufeff/, '')
  if (YAML.test(beginning)) return yield* fromYaml(all, onDamage)
  const rows = csvRows(all, beginning, onDamage)
  yield* rows ?? all
}

async function* decoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}

async function* fromYaml(chunks: AsyncIterable<Buffer>, onDamage: (reason: string) => void): AsyncGenerator<Buffer> {
  const kept: Buffer[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > MAX_YAML_BYTES) return onDamage(`it is YAML of more than ${MAX_YAML_BYTES} bytes; ask for \`--output json\``)
    kept.push(chunk)
  }
  try {
    // The decoder leaves a byte order mark out, behind which the parser takes the first item of a list for text.
    yield Buffer.from(JSON.stringify(parse(new TextDecoder().decode(Buffer.concat(kept)), { maxAliasCount: 0, logLevel: 'silent' })) ?? '')
  } catch {
    onDamage('it begins as YAML and is not valid; ask for `--output json`')
  }
}
