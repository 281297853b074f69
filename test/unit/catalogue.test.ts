import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'

describe('the catalogue of detectors', () => {
  it('has one for each file of detectors, in the order of their ids, and at its end the one that stands in for the others', () => {
    const folder = join(import.meta.dirname, '..', '..', 'shared', 'detect', 'detectors')
    const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''))
    const last = 'parameters-left-out'
    expect(files).toContain(last)
    expect(CATALOGUE.map(({ id }) => id)).toEqual([...files.filter((id) => id !== last).sort(), last])
  })
})
