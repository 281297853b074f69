import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { KINDS } from '../../local/synthetic/days/kinds.ts'
import { synthesiseDays } from '../../local/synthetic/days/synthesise-days.ts'
import { countersign, folder, lines } from './run-cli.ts'
import { days } from './run-days.ts'

const NAMES = ['restore-drill', 'leaked-key-makes-user']

describe('npm run days', () => {
  it('writes a file that eval reads without a complaint, and says what is in it', async () => {
    const file = join(folder, 'days.ndjson.gz')
    const ran = await days(['--seed', '5', '--kinds', NAMES.join(','), '--out', file])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(/^synthetic-benign-nohistory {2}1 cases {2}\d+ records$/m)
    const kinds = KINDS.filter(({ name }) => NAMES.includes(name))
    expect(lines(gunzipSync(readFileSync(file)).toString('utf8'))).toEqual([...synthesiseDays(5, kinds)])
    const evaluated = await countersign(['eval', file, '--json'])
    expect(evaluated).toMatchObject({ code: 0, err: '' })
    expect(Object.keys((JSON.parse(evaluated.out) as { sources: object }).sources).length).toBe(4)
  })

  it('writes plain text where the name of the file does not end in .gz', async () => {
    const file = join(folder, 'days.ndjson')
    expect(await days(['--seed', '5', '--kinds', 'restore-drill', '--out', file])).toMatchObject({ code: 0 })
    expect(lines<{ case: string }>(readFileSync(file, 'utf8')).every((line) => line.case === 'restore-drill')).toBe(true)
  })

  it.each([
    [
      'a kind that there is not',
      ['--seed', '5', '--out', 'x', '--kinds', 'restore-dril'],
      'there is no kind restore-dril; there are first-deployment',
    ],
    ['no file', ['--seed', '5'], 'needs --seed, a whole number below 1000000000, and --out, a file; got --seed 5 --out undefined'],
    ['a seed that is no number', ['--seed', 'five', '--out', 'x'], 'got --seed five --out x'],
  ])('refuses %s', async (_, args, reason) => {
    const ran = await days(args)
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(reason)
  })
})
