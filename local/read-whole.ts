import { readFileSync, statSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Files up to this size, as CloudTrail's mostly are, are read at once: a stream costs more than all the rest, about 1 ms each. */
const MAX_FILE_BYTES = 1024 * 1024

const MAX_EXPANDED_BYTES = 4 * 1024 * 1024

/** The text of a small sound file, expanded; undefined where it must be streamed, which also tells what is wrong with it. */
export function readWhole(file: string, onBytes: (count: number) => void): Buffer | undefined {
  try {
    const stat = statSync(file)
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES) return undefined
    const bytes = readFileSync(file)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    const text = isGzip ? gunzipSync(bytes, { maxOutputLength: MAX_EXPANDED_BYTES }) : bytes
    onBytes(bytes.length)
    return text
  } catch {
    return undefined
  }
}
