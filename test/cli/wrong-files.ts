import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { truffleHogLine } from '../scanner-output.ts'
import { CALLS, zipped } from '../unit/input-forms.ts'

/** Root reads whatever it likes, so a file that may not be read is no case for it. */
const IS_ROOT = process.getuid?.() === 0

const ROOT = join(import.meta.dirname, '..', '..')

const WIDE = `version: 3
mode: contain
approvers: ['*']
tiers:
  - { name: ci, match: { arns: ['arn:*:iam::*:user/ci-*'] }, mode: contain }
  - { name: all, match: { arns: ['*'] }, mode: ask }
  - { name: rest, match: { arns: ['arn:*:iam::123456789012:user/x'] } }
detectors:
  new-country:
    except: [{ tools: ['*'], reason: a move, until: 2026-01-01 }]
`

const CSV = 'name,value\nfirst,1\nsecond,2\n'

/** What people give in place of a file, by name. */
export type WrongFiles = Readonly<Record<string, string>>

/** Lays files that no command takes into a folder, each under the name of what it is. */
export function layWrongFiles(folder: string): WrongFiles {
  const written = (name: string, content: string | Buffer): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const made = (name: string) => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const closed = written('closed.json', '{}')
  chmodSync(closed, 0)
  return {
    missing: join(folder, 'missing.json'),
    'missing folder': join(folder, 'missing', 'file.json'),
    'empty folder': made('empty'),
    empty: written('empty.json', ''),
    blank: written('blank.json', ' \n\n'),
    garbage: written('garbage.txt', 'no idea what this is: { [ \n\tcolumns } and more\n'),
    zip: written('archive.zip', zipped([['a.txt', Buffer.from(CSV)]], true)),
    csv: written('table.csv', CSV),
    zstd: written('table.csv.zst', zstdCompressSync(CSV)),
    gzip: written('table.csv.gz', gzipSync(CSV)),
    binary: written('binary.bin', Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 151 + 7) % 256))),
    'other JSON': written('other.json', JSON.stringify({ hello: 'world' })),
    'a JSON list': written('list.json', '[1, null, "x"]'),
    ...(IS_ROOT ? {} : { closed }),
  }
}

/** Lays files that commands take. */
export function layRightFiles(folder: string, account: string) {
  const written = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  return {
    account,
    policy: join(ROOT, 'policy.yaml'),
    /** Valid, and with something to warn of in every part. */
    wide: written('wide.yaml', WIDE),
    scan: written('scan.json', truffleHogLine({ id: 'AKIARZPUZDIKLIJVPG67', secret: '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' })),
    records: written('records.ndjson', CALLS.map((call) => JSON.stringify(call)).join('\n')),
    labelled: written(
      'labelled.ndjson',
      CALLS.map((event, at) => JSON.stringify({ id: `${at}`, case: 'one', label: 'benign', source: 'mine', event })).join('\n'),
    ),
    signals: written('signals.ndjson', JSON.stringify({ id: '1', kind: 'cloudtrail', label: 'benign', event: CALLS[0] })),
  }
}
