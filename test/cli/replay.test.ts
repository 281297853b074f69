import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { countersign, folder, lines } from './run-cli.ts'

const file = join(folder, 'history.json')
const policy = join(folder, 'policy.yaml')
let text: string
let count: number
beforeAll(() => {
  const { history, lastDay } = syntheticHistory({ seed: 3, end: Date.UTC(2026, 0, 31), days: 31 })
  const records = [...history, ...lastDay]
  count = records.length
  text = JSON.stringify({ Records: records })
  writeFileSync(file, text)
  writeFileSync(policy, 'version: 2\nmode: contain\n')
})

interface Line {
  readonly type: string
  readonly [key: string]: unknown
}

describe('replay', () => {
  it('tells of every telling signal, every incident and the whole, as NDJSON', async () => {
    const { code, out } = await countersign(['replay', file, '--policy', policy, '--json'])
    expect(code).toBe(0)
    const told = lines<Line>(out)
    expect(told.at(-1)).toMatchObject({ type: 'summary', unreadable: 0 })
    const contained = told.filter((line) => line.type === 'incident' && line.state === 'contained')
    expect(contained.map((line) => (line.identity as { name: string }).name)).toEqual(['ci-deploy'])
    expect(contained[0]?.refusedCalls).toBeGreaterThan(3)
    expect(contained[0]?.stopped).toMatchObject({ refused: expect.any(Number) })
    const { calls, refused } = contained[0]?.stopped as { calls: number; refused: number }
    expect([calls > refused, refused > 0]).toEqual([true, true])
    expect(told.at(-1)).toMatchObject({ stopped: { calls, refused }, collateral: contained[0]?.collateral as object })
    expect(told.filter(({ type }) => type === 'assessment').length).toBeGreaterThan(10)
  })

  it('says in a line what a containment stopped and what it cost, and nothing of it where nothing is contained', async () => {
    const price =
      /\d+ of \d+ calls from addresses of the evidence stopped, \d+ of \d+ calls from other addresses within 24 hours refused with them/
    const text = (await countersign(['replay', file, '--policy', policy])).out
    expect(text).toMatch(price)
    // It stands under a heading of its own, and under no other.
    expect(text).toMatch(/\n\nCalls refused\n {2}[^\n]*of its credentials would have been refused[^\n]*\n\n/)
    expect((await countersign(['replay', file, '--policy', policy, '--until', '2026-01-15T00:00:00Z'])).out).not.toMatch(price)
  })

  it('reads standard input, and only what lies between two times', async () => {
    const { code, out } = await countersign(['replay', '-', '--json', '--until', '2026-01-15T00:00:00Z'], text)
    expect(code).toBe(0)
    const summary = lines<Line>(out).at(-1)
    expect(summary?.signals).toBeGreaterThan(100)
    expect(summary?.signals).toBeLessThan(count)
  })

  it('reads a time without a zone as UTC, in whatever zone the machine is', async () => {
    const until = (given: string, TZ: string) => countersign(['replay', file, '--json', '--until', given], undefined, { TZ })
    const [utc, east, west] = await Promise.all([
      until('2026-01-02T00:00:00Z', 'UTC'),
      until('2026-01-02T00:00:00', 'Asia/Tokyo'),
      until('2026-01-02', 'America/Los_Angeles'),
    ])
    const outside = ({ out }: typeof utc) => lines<Line>(out).at(-1)?.outsideTime
    expect([outside(east), outside(west)]).toEqual([outside(utc), outside(utc)])
  })

  it('says how many records the two times leave out, also where that is all of them', async () => {
    const args = ['replay', file, '--until', '2026-01-15T00:00:00Z']
    const [some, json] = [await countersign(args), await countersign([...args, '--json'])]
    const outside = Number(/because --since or --until leaves them out: (\d+) records\n/.exec(some.out)?.[1])
    expect(outside).toBe(lines<Line>(json.out).at(-1)?.outsideTime)
    expect([outside > 0, outside < count]).toEqual([true, true])
    const none = await countersign(['replay', file, '--since', '2030-01-01'])
    expect(none.out).toContain('nothing was evaluated: of what was read, no record lies between --since and --until')
    expect((await countersign(['replay', file])).out).not.toMatch(/--since/)
  })

  it('names what it cannot read, goes on, and exits 3', async () => {
    const cut = join(folder, 'cut.json')
    writeFileSync(cut, text.slice(0, 200_000))
    const { code, out, err } = await countersign(['replay', cut, '--json'])
    expect(code).toBe(3)
    expect(err).toContain('cut.json: byte ')
    expect(lines<Line>(out).at(-1)?.signals).toBeGreaterThan(50)
  })

  it('names the file and the number in it of a record that is damaged, and of one that is read and not understood', async () => {
    const [one, two] = ['one.ndjson', 'two.ndjson'].map((name) => join(folder, name)) as [string, string]
    const good = JSON.stringify(JSON.parse(text).Records[0])
    writeFileSync(one, `${good}\n{"broken\n{"eventVersion":"1.11"}\n`)
    writeFileSync(two, `${good.replace(/"eventID":"[^"]*"/, '"eventID":"again"')}\n{"eventVersion":"1.11"}\n`)
    const { code, err, out } = await countersign(['replay', one, two, '--json'])
    expect(code).toBe(3)
    const places = err.split('\n').flatMap((line) => /(\w+\.ndjson): (?:byte \d+, )?record (\d)/.exec(line)?.slice(1).join(' ') ?? [])
    expect(places.sort()).toEqual(['one.ndjson 2', 'one.ndjson 3', 'two.ndjson 2'])
    expect(lines<Line>(out).at(-1)).toMatchObject({ unreadable: 3 })
  })

  it('prints one clear line and nothing else where no path that is named is there, and exits 2', async () => {
    const none = [join(folder, 'nofile'), join(folder, 'nofolder', 'x.json')]
    for (const command of ['replay', 'eval'])
      expect(await countersign([command, ...none])).toEqual({
        code: 2,
        out: '',
        err: `countersign: nothing was read: ${none.map((path) => `${path}: there is no such file or folder`).join('; ')} [usage]\n`,
      })
    const some = await countersign(['replay', file, none[0] ?? '', '--json'])
    expect([some.code, some.err]).toEqual([3, expect.stringContaining('nofile: byte 0: there is no such file or folder')])
    expect(lines<Line>(some.out).at(-1)?.signals).toBeGreaterThan(50)
  })

  it('finds the same in a tree of regions as in one file in order, and passes over what lies beside', async () => {
    const records = JSON.parse(text).Records as { awsRegion: string; eventTime: string; eventID: string }[]
    const [inOrder, tree] = [join(folder, 'in-order.ndjson'), join(folder, 'tree')]
    const key = ({ eventTime, eventID }: (typeof records)[number]) => `${eventTime} ${eventID}`
    const line = (record: object) => `${JSON.stringify(record)}\n`
    writeFileSync(
      inOrder,
      records
        .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
        .map(line)
        .join(''),
    )
    mkdirSync(tree)
    for (const [region, some] of Map.groupBy(records, ({ awsRegion }) => awsRegion))
      writeFileSync(join(tree, `${region}.gz`), gzipSync(some.toReversed().map(line).join('')))
    writeFileSync(join(tree, 'digest'), JSON.stringify({ digestStartTime: 'x', logFiles: [] }))
    const [one, many] = [await countersign(['replay', inOrder, '--json']), await countersign(['replay', tree, '--json'])]
    expect([one.code, many.code]).toEqual([0, 0])
    const [summary, ...found] = lines<Line>(one.out).reverse()
    const [passedOver, ...sameFound] = lines<Line>(many.out).reverse()
    expect(sameFound).toEqual(found)
    expect(passedOver).toEqual({ ...summary, passedOver: { 'CloudTrail digests': 1 }, seconds: expect.any(Number) })
    expect((await countersign(['replay', tree])).out).toContain(
      'passed over, being neither records of CloudTrail nor reports of a known source: CloudTrail digests: 1 (first ',
    )
  })

  it('exits 3 where nothing that it read is a record, and says what it passed over', async () => {
    const none = join(folder, 'none')
    mkdirSync(none)
    expect(await countersign(['replay', none, '--json'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(`nothing was read: ${none}: there is no file in this folder`),
    })
    writeFileSync(join(none, 'a.json'), '{"Records":[]}')
    const { code, out, err } = await countersign(['replay', none])
    expect(code).toBe(3)
    expect(err).toContain('no CloudTrail record was read; passed over: empty lists: 1 (first ')
    expect(out).not.toContain('every input could be read')
    // Figures of nothing would look like a result.
    expect(out).toContain('Nothing was evaluated: no CloudTrail record')
    expect(out).not.toContain('incidents: 0')
  })

  it('says what rows of a table lack', async () => {
    const file = join(folder, 'history.csv')
    writeFileSync(file, 'Event name,Event time,Event source,User name\nListBuckets,2026-01-05T08:00:00Z,s3.amazonaws.com,anna\n')
    const { code, err } = await countersign(['replay', file, '--json'])
    expect(code).toBe(0)
    expect(err).toContain('history.csv: rows of a table, without request parameters and kinds of identities')
  })

  it('exits 2 for a wrong option, and 1 with a clear word where there is no such policy', async () => {
    expect((await countersign(['replay', file, '--since', 'yesterday'])).code).toBe(2)
    const reversed = await countersign(['replay', file, '--since', '2026-01-15', '--until', '2026-01-14'])
    expect(reversed.code).toBe(2)
    expect(reversed.err).toContain('--since 2026-01-15T00:00:00.000Z is not before --until 2026-01-14T00:00:00.000Z')
    const missing = await countersign(['replay', file, '--policy', join(folder, 'none.yaml')])
    expect(missing.code).not.toBe(0)
    expect(missing.err).toContain('none.yaml')
  })
})
