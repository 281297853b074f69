import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fixture } from '../fixtures/fixture.ts'

/** The lines of the README's first sample of output, without their indent. */
function sampleLines(): string[] {
  const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
  const [, after = ''] = readme.split('differ from run to run):\n')
  const [sample = ''] = after.split(/\n(?=\S)/)
  return sample.split('\n').flatMap((line) => (line.trim() === '' || line.trim() === '…' ? [] : [line.slice(4)]))
}

/** What differs from run to run, in one form: numbers and the plural of what they count, hours and dates, ids of keys and incidents, and how wide a column is. */
function withoutRun(line: string): string {
  return line
    .replaceAll(/ --data \S+/g, '')
    .replace(/embedded account in \S+,/, 'embedded account in .countersign,')
    .replaceAll(/\b(A[KS]IA)[A-Z0-9]{16}\b/g, '$1')
    .replaceAll(/…[A-Z0-9]{4}\b/g, '…KEY')
    .replaceAll(/inc-[0-9a-f]{12}/g, 'inc')
    .replaceAll(/\d+(?:[.:,]\d+)*/g, '0')
    .replaceAll(/(?:deploy-0, )*deploy-0/g, 'deploy-0')
    .replaceAll(/\b0 (session|incident)s?\b/g, '0 $1s')
    .replaceAll(/ {2,}/g, '  ')
    .trimEnd()
}

/** The place of a line of the sample among the lines of the output, from one on; −1 where none is like it. `…` ends what is cut. */
function placeOf(wanted: string, lines: readonly string[], from: number): number {
  const whole = withoutRun(wanted)
  const parts = whole.split(/ ?… ?(?!KEY)/)
  return lines.findIndex((line, at) => at >= from && isLike(line, parts))
}

/** True where a line holds all parts in their order, the first at its beginning and the last at its end. */
function isLike(line: string, parts: readonly string[]): boolean {
  let at = 0
  for (const [index, part] of parts.entries()) {
    const found = line.indexOf(part, at)
    if (found < 0 || (index === 0 && found !== 0)) return false
    at = found + part.length
  }
  return parts.at(-1) === '' || line.endsWith(parts.at(-1) ?? '')
}

it('the README shows what `npm start` prints, line by line and in its order', async () => {
  const { out } = await fixture('account')
  const lines = out.split('\n').map(withoutRun)
  const wanted = sampleLines()
  expect(wanted.length).toBeGreaterThan(50)
  let from = 0
  const missing: string[] = []
  for (const line of wanted) {
    const place = placeOf(line, lines, from)
    if (place < 0) missing.push(line)
    else from = place + 1
  }
  expect(missing).toEqual([])
})
