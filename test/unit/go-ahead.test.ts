import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { goAhead } from '../../local/go-ahead.ts'

/** A terminal at which somebody types one line. */
function typing(line: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = new PassThrough()
  input.end(`${line}\n`)
  return { input, output, shown: () => String(output.read() ?? '') }
}

describe('before something is changed', () => {
  it.each(['y', 'Y', 'yes', ' yes '])('goes on where "%s" is typed', async (line) => {
    const terminal = typing(line)
    await expect(goAhead('It is released.', terminal)).resolves.toBeUndefined()
    expect(terminal.shown()).toContain('It is released.\nGo on? [y/N]')
  })

  it.each(['', 'n', 'no', 'yess', 'oh yes', 'release'])('does nothing where "%s" is typed', async (line) => {
    await expect(goAhead('It is released.', typing(line))).rejects.toMatchObject({ code: 'declined' })
  })

  it('does nothing where there is nobody to ask, and says how to go on', async () => {
    const terminal = { input: new PassThrough(), output: new PassThrough() }
    await expect(goAhead('It is released.', terminal)).rejects.toMatchObject({
      code: 'usage',
      message: 'It is released.\nNothing was done, because there is no terminal to ask on; --yes skips the question',
    })
  })
})
