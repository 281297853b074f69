import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Change, canonical, chain, EMPTY_CHAIN, verifyChain } from '../../shared/domain/change.ts'

const SUBJECT = 'INCIDENT#inc-000000000000'

/** A whole chain of so many entries. */
function chainOf(length: number): Change[] {
  const entries: Change[] = []
  for (let at = 0; at < length; at++) {
    const head = entries.at(-1) ?? EMPTY_CHAIN
    entries.push(
      chain(
        SUBJECT,
        { number: head.number, hash: head.hash },
        {
          at: new Date(at * 1000).toISOString(),
          actor: 'a',
          kind: 'state',
          target: `t${at}`,
          from: at === 0 ? null : { n: at - 1 },
          to: { n: at },
          why: 'because',
        },
      ),
    )
  }
  return entries
}

const whole = chainOf(60)
const headOf = (entries: readonly Change[]) => ({ number: entries.length, hash: entries.at(-1)?.hash ?? '' })

describe('a hash chain', () => {
  it('is whole as it was written, and empty', () => {
    expect(verifyChain(SUBJECT, whole, headOf(whole))).toBeUndefined()
    expect(verifyChain(SUBJECT, [])).toBeUndefined()
    expect(verifyChain(SUBJECT, [], { number: 0, hash: '' })).toBeUndefined()
  })

  it('shows any edit at the entry that was edited', () => {
    const edits: fc.Arbitrary<Partial<Change>> = fc.constantFrom<Partial<Change>>(
      { why: 'other' },
      { to: { n: -1 } },
      { from: 7 },
      { actor: 'b' },
      { at: '2000-01-01T00:00:00.000Z' },
      { target: 'x' },
      { kind: 'verdict' },
      { hash: '0'.repeat(64) },
    )
    fc.assert(
      fc.property(fc.nat({ max: 59 }), edits, (at, edit) => {
        const edited = whole.with(at, { ...(whole[at] as Change), ...edit })
        expect(verifyChain(SUBJECT, edited)).toMatchObject({ number: at + 1, fault: 'edited' })
      }),
    )
  })

  it('shows any deletion, swap, insertion and foreign entry at the first bad place', () => {
    fc.assert(
      fc.property(fc.nat({ max: 58 }), (at) => {
        expect(verifyChain(SUBJECT, whole.toSpliced(at, 1))).toMatchObject({ number: at + 1, fault: 'missing' })
        const swapped = whole.with(at, whole[at + 1] as Change).with(at + 1, whole[at] as Change)
        expect(verifyChain(SUBJECT, swapped)).toMatchObject({ number: at + 1 })
        expect(verifyChain(SUBJECT, whole.toSpliced(at, 0, whole[at] as Change))).toMatchObject({ number: at + 2 })
        expect(verifyChain('INCIDENT#other', whole)).toMatchObject({ number: 1, fault: 'missing' })
      }),
    )
  })

  it('shows a renumbered entry as one that does not follow', () => {
    expect(verifyChain(SUBJECT, [whole[0] as Change, { ...(whole[2] as Change), number: 2 }])).toMatchObject({
      number: 2,
      fault: 'unlinked',
    })
  })

  it('shows that its end was cut off, or rewritten, where the owner knows how long it was', () => {
    fc.assert(
      fc.property(fc.nat({ max: 59 }), (length) => {
        expect(verifyChain(SUBJECT, whole.slice(0, length), headOf(whole))).toMatchObject({ number: length + 1, fault: 'cut-short' })
      }),
    )
    const other = chainOf(59).concat(
      chain(
        SUBJECT,
        { number: 59, hash: whole[58]?.hash ?? '' },
        { at: 'x', actor: 'x', kind: 'state', target: 'x', from: null, to: null, why: 'x' },
      ),
    )
    expect(verifyChain(SUBJECT, other, headOf(whole))).toMatchObject({ number: 60, fault: 'edited' })
  })

  it('hashes what JSON stores: key order and undefined members do not count', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonical(JSON.parse(JSON.stringify(value)))).toBe(canonical(value))
      }),
    )
    expect(canonical({ b: 1, a: [undefined, { c: undefined }] })).toBe('{"a":[null,{}],"b":1}')
    expect(canonical(undefined)).toBe('null')
  })
})
