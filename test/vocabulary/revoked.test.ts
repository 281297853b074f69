import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { presentTechnique } from '../../shared/detect/rules/sigma/present-technique.ts'
import revokedTechniques from '../../shared/detect/rules/sigma/revoked-techniques.json' with { type: 'json' }
import { UNCOMPARED } from '../../shared/sense/match-rules.ts'
import { readExceptions, readKnownCalls, readTechniques, vocabulary } from './vocabulary.ts'

const { faultOfTechnique } = vocabulary()

describe('a technique that ATT&CK has revoked', () => {
  it('leads to one that there is, and is none itself', () => {
    const revoked = Object.keys(revokedTechniques.revoked)
    expect(revoked.length).toBeGreaterThan(100)
    const { techniques } = readTechniques()
    expect(revoked.filter((id) => id in techniques || !((presentTechnique(id) ?? '') in techniques))).toEqual([])
  })

  it('is told with the one by which it is revoked, and not with the one that is spelled most alike', () => {
    expect(faultOfTechnique('T1562.008')).toBe(
      'T1562.008 is no technique of ATT&CK any more: it is revoked by T1685.002, Disable or Modify Cloud Log',
    )
    expect(faultOfTechnique('T1685.002')).toBeUndefined()
  })

  it('is what no example rule and no rule of ours names', () => {
    const files = globSync(join(import.meta.dirname, '..', '..', 'rules', '*.yml'))
    const named = [...files.flatMap((file) => readFileSync(file, 'utf8').match(/\bt\d{4}(?:\.\d{3})?\b/g) ?? []), UNCOMPARED.technique]
    expect(named.length).toBeGreaterThan(files.length)
    expect(named.flatMap((id) => faultOfTechnique(id.toUpperCase()) ?? [])).toEqual([])
  })
})

describe('the calls that `rules check` knows', () => {
  it('have the events that are no operation of a model', () => {
    expect(readKnownCalls().events).toEqual(Object.keys(readExceptions().events).sort())
  })
})
