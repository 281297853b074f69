import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { detectorsPage, PAGE } from '../detectors-page.ts'

it('docs/detectors.md says what the catalogue says; `npm run docs` makes it anew', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(detectorsPage())
})
