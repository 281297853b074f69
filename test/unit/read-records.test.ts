import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readRecords } from '../../local/read/read-records.ts'
import { envelope, file, folder, read, readContent, record, text, unexpected } from './read-input.ts'

const [one, two, three] = [record(1), record(2), record(3)]

describe('the forms that AWS writes', () => {
  const forms: Record<string, string | Buffer> = {
    'a Records file as S3 holds it': envelope(one, two, three),
    'a Records file, pretty-printed': JSON.stringify({ Records: [one, two, three] }, null, 4),
    'a Records file, compressed': gzipSync(envelope(one, two, three)),
    'Records files one after another without a line between': envelope(one) + envelope(two, three),
    'Records files, one a line': `${envelope(one)}\n${envelope(two, three)}\n`,
    'members around Records': `{"NextToken":"a\\"]","count":3,"Records":[${[one, two, three].map(text)}],"more":{"x":["]}"]}}`,
    NDJSON: [one, two, three].map(text).join('\n'),
    'NDJSON with line feeds of Windows and empty lines': `\r\n${[one, two, three].map(text).join('\r\n\r\n')}\r\n`,
    'pretty-printed objects one after another': [one, two, three].map((value) => JSON.stringify(value, null, 2)).join('\n'),
    'objects without anything between': [one, two, three].map(text).join(''),
    'a list of records': text([one, two, three]),
    'lookup-events output': JSON.stringify(
      { Events: [one, two, three].map((value) => ({ EventId: 'x', CloudTrailEvent: text(value) })), NextToken: 't' },
      null,
      4,
    ),
    'lookup-events, one event a line': [one, two, three].map((value) => text({ EventId: 'x', CloudTrailEvent: text(value) })).join('\n'),
    'a byte order mark': `\ufeff${[one, two, three].map(text).join('\n')}`,
    'gzip of several members': Buffer.concat([one, two, three].map((value) => gzipSync(`${text(value)}\n`))),
  }
  it.each(Object.entries(forms))('reads %s', async (_, content) => {
    expect((await readContent(content)).records).toEqual([one, two, three])
  })

  it('passes an EventBridge envelope through as it is', async () => {
    const event = { version: '0', 'detail-type': 'AWS API Call via CloudTrail', detail: one }
    expect((await readContent(text(event))).records).toEqual([event])
  })

  it('takes an empty list of records for what it is', async () => {
    expect((await readContent('{"Records":[]}')).records).toEqual([])
  })

  it('yields batches of at most a thousand', async () => {
    const path = file(Array.from({ length: 2500 }, (_, id) => text(record(id))).join('\n'))
    const sizes: number[] = []
    for await (const batch of readRecords([path], { onProblem: unexpected })) sizes.push(batch.length)
    expect(sizes).toEqual([1000, 1000, 500])
  })
})

describe('where input comes from', () => {
  it('walks a tree in the order of its names, and skips digests and other files', async () => {
    const tree = 'tree/AWSLogs/123456789012'
    file(text(three), `${tree}/CloudTrail/us-east-1/2026/01/02/b.json`)
    file(gzipSync(envelope(two)), `${tree}/CloudTrail/us-east-1/2026/01/02/a.json.gz`)
    file(gzipSync(text(one)), `${tree}/CloudTrail/eu-west-1/2026/01/03/c.jsonl.gz`)
    file(text({ digestStartTime: '2026-01-02T00:00:00Z', logFiles: [] }), `${tree}/CloudTrail-Digest/us-east-1/d.json`)
    file('hello', `${tree}/CloudTrail/readme.txt`)
    const { records, problems, skipped } = await read([join(folder, 'tree')])
    expect(records).toEqual([one, two, three])
    expect(problems).toEqual([])
    expect(skipped).toEqual([
      [join(folder, tree, 'CloudTrail/readme.txt'), 'other files'],
      [join(folder, tree, 'CloudTrail-Digest/us-east-1/d.json'), 'CloudTrail digests'],
    ])
  })

  it('reads a file that is named, whatever its ending', async () => {
    expect((await read([file(text(one), 'named.log')])).records).toEqual([one])
  })

  it.each([
    ['plain', Buffer.from(envelope(one, two))],
    ['gzip', gzipSync(envelope(one, two))],
  ])('reads standard input, %s', async (_, bytes) => {
    const stdin = Readable.from([bytes.subarray(0, 1), bytes.subarray(1, 9), bytes.subarray(9)])
    const found = await read(['-'], stdin)
    expect(found).toMatchObject({ records: [one, two], problems: [], bytes: bytes.length })
  })

  it('names a path that is not there and reads the others', async () => {
    const missing = join(folder, 'missing.json')
    const { records, problems } = await read([missing, file(text(one))])
    expect(records).toEqual([one])
    expect(problems).toEqual([{ file: missing, position: 0, reason: 'there is no such file or folder' }])
  })

  it.skipIf(process.getuid?.() === 0)('names a file that may not be read', async () => {
    const path = file(text(one))
    chmodSync(path, 0)
    expect((await read([path])).problems).toMatchObject([{ file: path, reason: 'it may not be read; give this user read permission' }])
  })

  it('names a stream that breaks and keeps what came before', async () => {
    const stdin = Readable.from(
      (function* () {
        yield Buffer.from(`${text(one)}\n${text(two).slice(0, 20)}`)
        throw Object.assign(new Error('broken'), { code: 'EIO' })
      })(),
    )
    const { records, problems } = await read(['-'], stdin)
    expect(records).toEqual([one])
    expect(problems).toEqual([{ file: '-', position: text(one).length + 1 + 20 + 1, reason: 'it cannot be read (EIO)' }])
  })

  it('follows links, but not in a circle, and names a link to nothing', async () => {
    file(text(one), 'linked/a.json')
    symlinkSync('..', join(folder, 'linked/up'))
    symlinkSync('nothing', join(folder, 'linked/z.json'))
    symlinkSync('a.json', join(folder, 'linked/b.json'))
    symlinkSync('c.json', join(folder, 'linked/c.json'))
    const root = join(folder, 'linked-root')
    mkdirSync(root)
    symlinkSync('../linked', join(root, 'logs'))
    symlinkSync('.', join(folder, 'linked/self'))
    rmSync(join(folder, 'linked/up'))
    symlinkSync('../linked-root', join(folder, 'linked/up'))
    const { records, problems } = await read([root])
    expect(records).toEqual([one, one])
    expect(problems.map(({ file, reason }) => [file.slice(root.length + 1), reason])).toEqual([
      ['logs/c.json', 'its links lead in a circle'],
      ['logs/self', 'this link leads back to a folder above it; it is not followed'],
      ['logs/up', 'this link leads back to a folder above it; it is not followed'],
      ['logs/z.json', 'there is no such file or folder'],
    ])
  })
})

describe('memory', () => {
  const padded = text({ ...record(1), padding: 'x'.repeat(1500) })
  function* megabytes(count: number, open: string, between: string, close: string) {
    const chunk = Buffer.from(`${padded}${between}`.repeat(Math.ceil(2 ** 20 / padded.length)))
    yield Buffer.from(open)
    for (let index = 0; index < count; index++) yield chunk
    yield Buffer.from(padded + close)
  }

  it.each([
    ['one line of Records', '{"Records":[', ',', ']}'],
    ['lines', '', '\n', '\n'],
    ['objects without anything between', '', '', ''],
    ['one record that never ends', '{"eventVersion":"', 'x'.repeat(10), ''],
  ])('stays bounded over 64 MB of %s', async (_, open, between, close) => {
    let largest = 0
    const stdin = Readable.from(megabytes(64, open, between, close))
    const options = { onProblem: () => {}, stdin, onBuffered: (bytes: number) => (largest = bytes) }
    let count = 0
    for await (const batch of readRecords(['-'], options)) count += batch.length
    expect(count).toBeGreaterThan(40_000)
    expect(largest).toBeGreaterThan(2 ** 20 - 1)
    expect(largest).toBeLessThan(8 * 2 ** 20)
  })

  it('closes its input when the reader stops early', async () => {
    const stdin = Readable.from(megabytes(64, '', '\n', ''))
    for await (const batch of readRecords(['-'], { onProblem: unexpected, stdin })) {
      expect(batch).toHaveLength(1000)
      break
    }
    expect(stdin.destroyed).toBe(true)
  })
})
