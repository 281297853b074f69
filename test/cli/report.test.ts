import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { report, sinceOf } from '../../local/commands/report.ts'
import { consoleWorld, plantPoison } from '../console.ts'
import { NOW } from '../embedded.ts'
import { drawingsIn } from '../page.ts'
import { countersign, folder, layAccount } from './run-cli.ts'

const data = join(folder, 'account')
const on = ['--data', data]
const page = join(folder, 'report.html')
beforeAll(async () => {
  await layAccount(data)
})

describe('report', () => {
  it('writes a page that stands alone, with what happened, how fast, how right and what is still open', async () => {
    const { code, out } = await countersign(['report', '--since', '40d', '--out', page, ...on])
    expect(code).toBe(0)
    // How many the month brings depends on the weekdays in it. The sweep has closed those that nobody answered.
    const [, opened, open] = out.match(/(\d+) incidents were opened, (\d+) still open; 2 contained, in 2 min in the median/) ?? []
    expect(Number(open)).toBeGreaterThanOrEqual(1)
    expect(Number(open)).toBeLessThan(Number(opened))
    const html = readFileSync(page, 'utf8')
    for (const word of [
      'ci-deploy',
      'still open',
      'At a glance',
      'Times',
      'Precision',
      'NIST CSF 2.0',
      'Detectors by verdict',
      'the policy of the embedded account',
    ])
      expect(html).toContain(word)
    expect(drawingsIn(html)[0]).toContain('detect')
    expect(html).not.toMatch(/<script|<link|src="(?!data:)|href="http/)
  })

  it('gives the same as one JSON object', async () => {
    const { out } = await countersign(['report', '--since', '40d', '--json', ...on])
    const { incidents, open, times } = JSON.parse(out)
    const text = (await countersign(['report', '--since', '40d', '--out', page, ...on])).out
    expect(text).toContain(`${incidents.length} incidents were opened, ${open} still open`)
    expect(times.contain.count).toBe(2)
  })

  it('says that there was nothing, where there was nothing', async () => {
    const { code, out } = await countersign(['report', '--since', '2020-01-01', '--until', '2020-02-01', '--out', page, ...on])
    expect(code).toBe(0)
    expect(out).toContain('No incident was opened.')
    expect(readFileSync(page, 'utf8')).toContain('None was opened.')
  })

  it.each([
    [['report'], 'give --out report.html'],
    [['report', '--since', 'yesterday', '--json'], 'a number of days such as 30d'],
    [['report', '--until', '1e3d', '--json'], 'a number of days such as 30d'],
  ])('says what is wrong with %j', async (words, complaint) => {
    const { code, err } = await countersign([...words, ...on])
    expect(code).toBe(2)
    expect(err).toContain(complaint)
  })

  it('takes days back and ISO times', () => {
    expect(sinceOf('1d', NOW)).toBe(NOW - 86_400_000)
    expect(sinceOf('2026-03-02T12:00:00Z', 0)).toBe(NOW)
  })

  it('shows what others wrote as text', async () => {
    const { target, incident } = await consoleWorld()
    await plantPoison(target, incident)
    await report(target, { period: { since: 0, until: NOW * 2 }, out: page, isJson: false })
    const html = readFileSync(page, 'utf8')
    expect(html).toContain('&lt;x-poison')
    expect(html).not.toMatch(/<x-poison|<img src=x|<script|\u202e/)
  })
})
