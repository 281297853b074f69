import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorText } from '../../local/render/error-text.ts'
import { jsonText } from '../../local/render/json-text.ts'

/** What a terminal may act on: control characters, and signs that turn or hide what is read. Line breaks are told apart. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

const SIGNS = ['a', '"', '\n', '\r', '\t', '\u001b[2J', '\u0007', '\u009b31m', '\u202e', '\u200b', '\u2028', '\u{e0041}', '\ufeff', '⚠️']
const hostile = fc.string({ unit: fc.constantFrom(...SIGNS, '\\'), maxLength: 20 })

/** Names without a backslash: V8 takes an escaped name for a known one that is a backslash, where an object of that shape was parsed before. */
const hostileNames = fc.string({ unit: fc.constantFrom(...SIGNS), maxLength: 20 })

describe('what is printed', () => {
  it('has no sign in JSON that a terminal acts on, and is read as the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(hostileNames, fc.oneof(hostile, fc.array(hostile))), (value) => {
        const text = jsonText(value)
        expect(text).not.toMatch(UNSEEN)
        expect(JSON.parse(text)).toEqual(value)
      }),
      { numRuns: 1000 },
    )
  })

  it('has no sign in an error that a terminal acts on, and as many lines as the error', () => {
    fc.assert(
      fc.property(hostile, (message) => {
        const lines = errorText(message).split('\n')
        for (const line of lines) expect(line).not.toMatch(UNSEEN)
        expect(lines).toHaveLength(message.split('\n').length)
      }),
      { numRuns: 1000 },
    )
  })

  it('leaves text without such signs as it is', () => {
    expect(errorText('policy.yaml:\n  mode must be “observe”, got 1')).toBe('policy.yaml:\n  mode must be “observe”, got 1')
    expect(jsonText({ owner: 'Zoë', at: 1 })).toBe('{"owner":"Zoë","at":1}')
  })

  it('is JSON by jsonText in every command', () => {
    const folder = join(import.meta.dirname, '..', '..', 'local', 'commands')
    const others = readdirSync(folder).flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((line) => /(isJson.*|return |output: |document: |write\(.*)JSON\.stringify/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
    expect(others).toEqual([])
  })
})
