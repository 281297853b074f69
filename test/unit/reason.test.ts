import { describe, expect, it } from 'vitest'
import { isWordless, Reason, requireReason } from '../../shared/domain/reason.ts'

const MARKS = ['…', '"…"', '“…”', '...', '. . .', '—', '-', '?!', '…\u200b', '\u202e…']
const BLANK = ['', ' ', '\t\n', '\u00a0', '\u200b']

describe('a reason', () => {
  it.each(MARKS)('is not %j, which says nothing: the message says what to write in its place', (reason) => {
    expect(() => requireReason({ reason })).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: 'this needs a reason, which the record keeps: write why in the place of "…"',
      }),
    )
  })

  it.each(BLANK)('is not %j', (reason) => {
    expect(() => requireReason({ reason })).toThrow('this needs a reason, which the record keeps: --reason "why"')
  })

  it.each(['ok', 'it was us …', '…and the owner agreed', '誤検知', 'да', '👍', 'OPS-7', '7'])('is %j', (reason) => {
    requireReason({ reason })
    expect(Reason.parse(reason)).toBe(reason)
    expect(isWordless(reason)).toBe(false)
  })
})
