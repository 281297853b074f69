import { describe, expect, it } from 'vitest'
import { asJson } from '../../local/read/text-form.ts'

/** What becomes of a text, read in chunks of `size` bytes, and what is told of it. */
async function read(text: string, size = 1_000): Promise<{ readonly passed: string; readonly told: readonly string[] }> {
  const bytes = Buffer.from(text)
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const told: string[] = []
  let passed = ''
  for await (const chunk of asJson(chunks(), (reason) => told.push(reason))) passed += chunk.toString('utf8')
  return { passed, told }
}

describe('a table of something else than events', () => {
  it.each([
    ['name,city\nanna,bern\n', 'name, city'],
    ['"user name","access key"\r\n"anna","yes"\r\n', 'user name, access key'],
    ['a;b;c\n1;2;3', 'a, b, c'],
    ['a\tb\n1\t2\n', 'a, b'],
    [`${Array.from({ length: 12 }, (_, at) => `c${at}`).join(',')}\n${'1,'.repeat(11)}1\n`, 'c0, c1, c2, c3, c4, c5, c6, c7, … 4 more'],
  ])('is told by its columns: %j', async (text, columns) => {
    expect(await read(text)).toEqual({
      passed: '',
      told: [
        `it is a table whose columns (${columns}) are none of CloudTrail's: event history as CSV has Event name and Event time among them`,
      ],
    })
  })

  it('hides no event that stands behind it', async () => {
    const event = '{"eventName":"CreateUser"}\n'
    const { passed, told } = await read(`name,city\n${'anna,bern\n'.repeat(2_000)}${event}`)
    expect(passed.endsWith(event)).toBe(true)
    expect(told).toHaveLength(1)
  })

  it.each([
    'hello, world',
    'one line\nanother, line\n',
    '{"a":1},\n{"b":2}\n',
    'timestamp,message\n2026-01-01,"{""eventName"":""CreateUser""}"\n',
    '2026-01-01 INFO, {"eventName":"CreateUser"}\n2026-01-01 INFO, {}\n',
    'Event name,Event time\nCreateUser\n'.replace('Event time', 'x{y'),
  ])('is nothing else: %j', async (text) => {
    expect(await read(text)).toEqual({ passed: text, told: [] })
  })
})
