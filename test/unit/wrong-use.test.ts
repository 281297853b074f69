import { describe, expect, it } from 'vitest'
import { runHere } from '../cli/run-here.ts'

/** A wrong use is told as every other error: by whom, what, the code, and where help is. */
const TOLD = /^countersign: [^\n]+ \[usage\]\n(?:\(Did you mean [^\n]+\n)?\(npm run --silent countersign -- [a-z -]*help shows how\)\n$/

describe('a wrong use of a command', () => {
  it.each([
    ['a reason that is missing', ['release', 'inc-1'], "required option '--reason <text>' not specified"],
    ['an unknown command', ['releese', 'inc-1'], "unknown command 'releese'"],
    ['an unknown option', ['incidents', '--al'], "unknown option '--al'"],
    ['an id that is missing', ['confirm', '--reason', 'x'], "missing required argument 'id'"],
    ['a wrong number', ['extend', 'inc-1', '--hours', 'x', '--reason', 'x'], '--hours'],
    ['a subcommand that is missing', ['patterns', 'revoke', '--reason', 'x'], 'missing required argument'],
  ])('is told as every other error: %s', async (_, words, what) => {
    const { code, out, err } = await runHere(words)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(TOLD)
    expect(err).toContain(what)
  })

  it('prints nothing that a terminal acts on', async () => {
    const { err } = await runHere(['\u001b[31mred\u202e'])
    expect(err).toMatch(TOLD)
    for (const sign of ['\u001b', '\u202e']) expect(err).not.toContain(sign)
  })
})
