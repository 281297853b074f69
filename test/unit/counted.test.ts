import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { counted } from '../../shared/domain/counted.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** A number beside a choice between the two forms of its noun, which `counted` is for: `${calls} ${calls === 1 ? …`, or `hours === 1 ? '1 hour'`. */
const BY_HAND = [/\$\{(?<count>[\w.]+)\} \$\{\k<count> === 1 \?/, /=== 1 \? ['"`](?:1|one) /]

function sources(): string[] {
  return ['shared', 'local', 'functions', 'infra']
    .flatMap((name) => readdirSync(join(ROOT, name), { recursive: true, encoding: 'utf8' }).map((file) => join(name, file)))
    .filter((file) => file.endsWith('.ts') && file !== join('shared', 'domain', 'counted.ts'))
}

describe('a number with its noun', () => {
  it.each([
    [0, '0 files'],
    [1, '1 file'],
    [2, '2 files'],
    [1000, '1000 files'],
  ])('is %i: %s', (count, text) => {
    expect(counted(count, 'file')).toBe(text)
  })

  it('has a plural of its own where the noun has, and a verb', () => {
    expect([1, 2].map((count) => counted(count, 'entry', 'entries'))).toEqual(['1 entry', '2 entries'])
    expect([0, 1].map((count) => counted(count, 'rule makes', 'rules make'))).toEqual(['0 rules make', '1 rule makes'])
  })

  it('is written by one function', () => {
    const byHand = sources().filter((file) => BY_HAND.some((pattern) => pattern.test(readFileSync(join(ROOT, file), 'utf8'))))
    expect(byHand).toEqual([])
  })

  it.each(['$'.concat('{n} $', "{n === 1 ? 'a' : 'b'}"), "hours === 1 ? '1 hour' : x", "count === 1 ? 'one chain' : y"])(
    'would be found in %s',
    (text) => {
      expect(BY_HAND.some((pattern) => pattern.test(text))).toBe(true)
    },
  )
})
