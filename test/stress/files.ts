import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import { type Random, randomOf } from '../../local/synthetic/random.ts'
import { ExpectedRecords, madeRecord } from './made-records.ts'
import { holds, megabytes, peakRssMb, print } from './measured.ts'

/** What `stream` may take to read, and some 100 bytes for each file, of which V8 may hold twice as much before it collects. */
const limitMb = (files: number) => 768 + Math.ceil((files * 200) / 1e6)

const IDENTITIES = 200
const MOST_RECORDS = 5
const REGIONS = ['us-east-1', 'us-west-2', 'eu-central-1', 'ap-southeast-2']
const ACCOUNTS = ['123456789012', '210987654321', '111122223333']

/** Reads so many small files, in a tree as CloudTrail writes it to S3, in the order of time. No file holds neighbours in time, and none lies where its time would. */
export async function files({ count, seed }: { count: number; seed: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-stress-'))
  try {
    const written = writeTree(folder, count, randomOf(seed))
    print(`${count} files with ${written.records} records, ${megabytes(written.bytes)} of text, seed ${seed}`)
    const expected = new ExpectedRecords()
    const startedAt = performance.now()
    const onProblem = ({ file, reason }: { file: string; reason: string }) => {
      throw new Error(`a problem where there is none: ${file}: ${reason}`)
    }
    for await (const batch of readInTimeOrder([folder], { onProblem })) for (const record of batch) expected.take(record)
    const seconds = (performance.now() - startedAt) / 1000
    const peak = peakRssMb()
    print(`read in ${seconds.toFixed(0)} s, ${Math.round(count / seconds)} files/s, ${Math.round(expected.count / seconds)} records/s`)
    print(`peak RSS ${peak} MB of at most ${limitMb(count)}`)
    holds(expected.count === written.records, `${expected.count} of ${written.records} records came`)
    holds(peak <= limitMb(count), `peak RSS ${peak} MB, more than ${limitMb(count)}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Deals numbers that were shuffled out to files, and files out to folders. */
function writeTree(folder: string, count: number, random: Random): { records: number; bytes: number } {
  const sizes = Array.from({ length: count }, () => random.whole(1, MOST_RECORDS))
  const records = sizes.reduce((sum, size) => sum + size, 0)
  const numbers = shuffled(records, random)
  const made = new Set<string>()
  let [at, bytes] = [0, 0]
  for (const [file, size] of sizes.entries()) {
    const text = Array.from(numbers.subarray(at, at + size), (number) => madeRecord(number, IDENTITIES)).join(',')
    at += size
    bytes += text.length
    const path = join(folder, pathOf(file, random))
    const parent = dirname(path)
    if (!made.has(parent)) mkdirSync(parent, { recursive: true })
    made.add(parent)
    // The least compression: how well the files are compressed is not what is measured.
    writeFileSync(path, gzipSync(`{"Records":[${text}]}`, { level: 1 }))
  }
  return { records, bytes }
}

function pathOf(file: number, random: Random): string {
  const [account, region] = [random.pick(ACCOUNTS), random.pick(REGIONS)]
  const day = `2026/01/${String(random.whole(1, 28)).padStart(2, '0')}`
  return `AWSLogs/${account}/CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${day.replaceAll('/', '')}T0000Z_${String(file).padStart(16, '0')}.json.gz`
}

/** The numbers from 0 in a random order. */
function shuffled(count: number, random: Random): Uint32Array {
  const numbers = Uint32Array.from({ length: count }, (_, at) => at)
  for (let at = count - 1; at > 0; at--) {
    const other = random.whole(0, at)
    const number = numbers[at] as number
    numbers[at] = numbers[other] as number
    numbers[other] = number
  }
  return numbers
}
