import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { normalise } from '../../shared/sense/normalise.ts'
import { CALLS, PACKED_FORMS, TEXT_FORMS, tarred, zipped } from './input-forms.ts'
import { file, read } from './read-input.ts'

/** What the pipeline sees of records. Some forms leave out what it takes from elsewhere, such as whether a call reads. */
function seen(records: readonly unknown[]) {
  return records.map((record) => {
    const normalised = normalise(record)
    if (normalised.kind !== 'signals') return normalised
    return normalised.signals.map(({ isReadOnly, details, ...signal }) => signal)
  })
}

const EXPECTED = seen(CALLS)

describe('records are found', () => {
  it.each(Object.entries(TEXT_FORMS))('in %s', async (_, form) => {
    const { records, problems } = await read([file(form(CALLS))])
    expect(problems).toEqual([])
    expect(seen(records)).toEqual(EXPECTED)
  })

  it.each(Object.entries(TEXT_FORMS))('in %s with one record', async (_, form) => {
    const { records, problems } = await read([file(form(CALLS.slice(2)))])
    expect(problems).toEqual([])
    expect(seen(records)).toEqual(EXPECTED.slice(2))
  })

  it.each(Object.entries(PACKED_FORMS))('packed as %s, whatever the name of the file', async (_, pack) => {
    for (const [form, textOf] of Object.entries(TEXT_FORMS)) {
      const bytes = await pack(Buffer.from(textOf(CALLS)))
      const named = await read([file(bytes, 'packed.txt')])
      const streamed = await read(['-'], Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]))
      for (const { records, problems } of [named, streamed]) {
        expect(problems, form).toEqual([])
        expect(seen(records), form).toEqual(EXPECTED)
      }
    }
  })

  it('in every file of an archive, each by its own form', async () => {
    const contents = Object.entries(TEXT_FORMS).map(([name, form]) => [name, Buffer.from(form(CALLS))] as const)
    for (const bytes of [zipped(contents, true), Buffer.from(await tarred(contents))]) {
      const { records, problems } = await read([file(bytes)])
      expect(problems).toEqual([])
      expect(seen(records)).toEqual(contents.flatMap(() => EXPECTED))
    }
  })
})
