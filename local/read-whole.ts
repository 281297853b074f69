import { readFileSync, statSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Files up to this size, as most of CloudTrail's, are read in one piece: a stream costs about 1 ms per file, more than everything else. */
const MAX_FILE_BYTES = 1024 * 1024

const MAX_EXPANDED_BYTES = 4 * 1024 * 1024

/** The expanded text of a small file. Undefined where the file is larger or damaged: it is then read as a stream, which reports the damage. */
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
