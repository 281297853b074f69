import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countersign, folder } from './run-cli.ts'
import { days } from './run-days.ts'

const BARS = join(import.meta.dirname, '..', '..', 'eval', 'bars-days.json')

describe('the bars of synthetic days', () => {
  it('are reached: no owner is contained, and most intruders are restricted before what cannot be taken back', async () => {
    const file = join(folder, 'bars.ndjson.gz')
    expect(await days(['--seed', '1', '--out', file])).toMatchObject({ code: 0 })
    const { code, err } = await countersign(['eval', file, '--fail-under', BARS])
    expect({ code, err }).toEqual({ code: 0, err: `every bar of ${BARS} is reached\n` })
  }, 120_000)
})
