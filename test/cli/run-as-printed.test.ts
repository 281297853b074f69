import { execFile } from 'node:child_process'
import { chmodSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { commandsIn, faultOf } from '../printed-command.ts'
import { countersign, folder, layAccount } from './run-cli.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PREFIX = 'npm run --silent countersign -- '
const data = join(folder, 'account')

/** Commands that ask a person first. */
const ASKS = /^(release|confirm|contain|extend) /

/** The printed commands, each as it stands there. */
let printed: readonly string[]
beforeAll(async () => {
  // `start` ran in the folder of the fixture.
  const story = (await layAccount(data)).replace(/--data \S+/g, `--data ${data}`)
  const ids = [...new Set(story.match(/inc-[0-9a-f]{12}/g))]
  const shown = await Promise.all(
    ids.flatMap((id) => [countersign(['incidents', 'show', id, '--data', data]), countersign(['explain', id, '--data', data])]),
  )
  printed = [...new Set([story, ...shown.map(({ out }) => out)].flatMap(commandsIn))]
})

/** Runs a line in a shell, as a person does who pastes it. There is no terminal. */
function shell(line: string): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: inject('compileCache') }
    const child = execFile('sh', ['-c', line], { cwd: ROOT, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
    child.stdin?.end()
  })
}

describe('a command that the command line prints', () => {
  it('is known to its own parser, with every option and operand', () => {
    expect(printed.length).toBeGreaterThanOrEqual(8)
    expect(printed.flatMap((words) => faultOf(words) ?? [])).toEqual([])
  })

  it('does what it says when it is pasted into a shell, and asks first where it changes something', async () => {
    for (const [at, words] of printed.entries()) {
      const own = join(folder, `own-${at}`)
      cpSync(data, own, { recursive: true })
      chmodSync(own, 0o700)
      const line = `${PREFIX}${words.replace(data, own)}`
      const ran = await shell(line)
      if (!ASKS.test(words)) {
        expect([line, ran.code, ran.err]).toEqual([line, 0, ''])
        continue
      }
      // A person writes the reason where the command has `…`: as it stands it is refused, before anything is asked.
      expect([line, ran.code, ran.err]).toEqual([line, 2, expect.stringContaining('this needs a reason')])
      const given = line.replace('"…"', '"a test"')
      const asked = await shell(given)
      expect([line, asked.err]).toEqual([line, expect.stringContaining('Nothing was done, because there is no terminal to ask on')])
      const agreed = await shell(`${given} --yes`)
      expect([line, agreed.code, agreed.err]).toEqual([line, 0, ''])
    }
  })
})
