import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandName } from '../../local/command-name.ts'
import { columns } from '../../local/render/style.ts'
import { type Column, layTable, table } from '../../local/render/table.ts'
import { wrapText } from '../../local/render/wrap.ts'
import { tooWide, wordsOf } from '../uncut.ts'

const width = fc.integer({ min: 40, max: 220 })

/** Words as they are printed: short ones, ARNs, words of wide characters, coloured ones, spans in backticks. */
const word = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z]{1,12}$/) },
  fc.stringMatching(/^arn:aws:iam::123456789012:role\/[A-Za-z]{1,120}$/),
  fc.stringMatching(/^[鍵箱\u{1F511}é]{1,20}$/u),
  fc.stringMatching(/^[a-z]{1,8}$/).map((text) => `\u001b[1m${text}\u001b[22m`),
  fc.stringMatching(/^[a-z]{1,30} [a-z]{1,30}$/).map((text) => `\`${text}\``),
)
const text = fc.array(word, { maxLength: 14 }).map((words) => words.join(' '))
/** What is never cut: an id, a time, a command. */
const whole = fc.oneof(
  fc.stringMatching(/^inc-[0-9a-f]{12}$/),
  fc.constant('2026-01-31 12:00:00'),
  fc.stringMatching(/^[0-9a-f]{4,90}$/).map((id) => `${commandName()} release ${id} --reason "…"`),
)

interface Made {
  readonly declared: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

/** Tables of one to seven columns, with headings or without, of which only those with a heading may be left out. */
const made: fc.Arbitrary<Made> = fc.boolean().chain((isHeaded) =>
  fc
    .array(fc.record({ isText: fc.boolean(), worth: fc.option(fc.integer({ min: 1, max: 9 })), isRight: fc.boolean() }), {
      minLength: 1,
      maxLength: 7,
    })
    .chain((kinds) => {
      const declared = kinds.map(
        ({ isText, worth, isRight }, at): Column => ({
          ...(isHeaded ? { name: `NAME${at}` } : {}),
          ...(isText ? { isText } : {}),
          ...(isRight ? { align: 'right' } : {}),
          ...(isHeaded && worth !== null ? { worth } : {}),
        }),
      )
      return fc.record({
        declared: fc.constant(declared),
        rows: fc.array(fc.tuple(...kinds.map(({ isText }) => (isText ? text : whole))), { maxLength: 6 }),
      })
    }),
)

const isIn = (few: readonly string[], many: readonly string[]) => {
  let at = 0
  for (const one of many) if (one === few[at]) at += 1
  return at === few.length
}

describe('a table', () => {
  it('is no wider than the terminal, unless one word or command is', () => {
    fc.assert(
      fc.property(made, width, fc.nat(4), ({ declared, rows }, wide, indent) => {
        expect(tooWide(table(declared, rows, { width: wide, indent }), wide)).toEqual([])
      }),
    )
  })

  it('has the words of each cell in their order, but for the columns that it says it leaves out', () => {
    fc.assert(
      fc.property(made, width, ({ declared, rows }, wide) => {
        const laid = layTable(declared, rows, { width: wide })
        const note = laid.note.join(' ').replaceAll(/\s+/g, ' ')
        const leftOut = new Set(note.match(/NAME\d/g))
        expect(note === '').toBe(leftOut.size === 0)
        for (const { name = '', worth } of declared) if (leftOut.has(name)) expect(worth).toBeDefined()
        for (const [at, row] of rows.entries())
          for (const [column, cell] of row.entries())
            if (!leftOut.has(declared[column]?.name ?? '')) expect(isIn(wordsOf(cell), wordsOf((laid.rows[at] ?? []).join(' ')))).toBe(true)
      }),
    )
  })

  it('cuts no id, time or command', () => {
    fc.assert(
      fc.property(made, width, ({ declared, rows }, wide) => {
        const laid = layTable(declared, rows, { width: wide })
        const leftOut = new Set(laid.note.join(' ').match(/NAME\d/g))
        for (const [at, row] of rows.entries())
          for (const [column, cell] of row.entries()) {
            const { name = '', isText } = declared[column] ?? {}
            if (isText !== true && !leftOut.has(name)) expect(laid.rows[at]?.some((line) => line.includes(cell))).toBe(true)
          }
      }),
    )
  })

  it('leaves out the least worthy first', () => {
    fc.assert(
      fc.property(made, width, ({ declared, rows }, wide) => {
        const leftOut = new Set(
          layTable(declared, rows, { width: wide })
            .note.join(' ')
            .match(/NAME\d/g),
        )
        const worths = (isOut: boolean) =>
          declared.flatMap(({ name = '', worth }) => (worth !== undefined && leftOut.has(name) === isOut ? worth : []))
        expect(Math.max(0, ...worths(true))).toBeLessThanOrEqual(Math.min(10, ...worths(false)))
      }),
    )
  })

  it('is printed without a terminal as it always was: one line for each row, and everything', () => {
    fc.assert(
      fc.property(made, fc.nat(4), ({ declared, rows }, indent) => {
        const names = declared.map(({ name = '' }) => name)
        const plain = columns(names.some((name) => name !== '') ? [names, ...rows] : rows).replace(/^/gm, ' '.repeat(indent))
        expect(table(declared, rows, { width: undefined, indent })).toBe(plain)
      }),
    )
  })
})

describe('a text', () => {
  const line = fc
    .record({ indent: fc.nat(8), label: fc.constantFrom('', 'who    ', 'put back  '), said: text })
    .map(({ indent, label, said }) => `${' '.repeat(indent)}${label}${said}`)
  const lines = fc.array(line, { maxLength: 6 }).map((all) => all.join('\n'))

  it('is folded at words to the terminal, and loses none', () => {
    fc.assert(
      fc.property(lines, width, (said, wide) => {
        const wrapped = wrapText(said, wide)
        expect(wordsOf(wrapped)).toEqual(wordsOf(said))
        expect(tooWide(wrapped, wide)).toEqual([])
      }),
    )
  })

  it('stays as it is where it fits, and where there is no terminal', () => {
    fc.assert(
      fc.property(lines, (said) => {
        expect(wrapText(said, undefined)).toBe(said)
        expect(wrapText(said, 100_000)).toBe(said)
      }),
    )
  })
})
