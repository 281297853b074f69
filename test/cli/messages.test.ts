import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { commandName } from '../../local/command-name.ts'
import { faultsIn } from './message-faults.ts'
import { catalogue, groups, leaves, runsOf, type World } from './message-runs.ts'
import { folder, layAccount, lines } from './run-cli.ts'
import { runHere } from './run-here.ts'
import { layRightFiles, layWrongFiles, secretIn } from './wrong-files.ts'

/** For the names of the commands alone. */
const NOWHERE: World = { on: [], folder: '', contained: '', other: '', watching: '', right: {} as World['right'], wrong: {} }

let world: World

beforeAll(async () => {
  const data = join(folder, 'account')
  await layAccount(data)
  for (const name of ['right', 'wrong']) mkdirSync(join(folder, name))
  const on = ['--data', data]
  const listed = lines<{ id: string; state: string }>((await runHere(['incidents', 'list', '--json', ...on])).out)
  const [contained = '', other = ''] = listed.filter(({ state }) => state === 'contained').map(({ id }) => id)
  world = {
    on,
    folder,
    contained,
    other,
    watching: listed.find(({ state }) => state === 'watching')?.id ?? '',
    right: layRightFiles(join(folder, 'right'), join(data, 'account.json')),
    wrong: layWrongFiles(join(folder, 'wrong')),
  }
})

/** Runs words, and answers what is wrong with what they printed and with the exit code. */
async function faultsOf(words: readonly string[], what: string, expects: 'done' | 'failed'): Promise<string[]> {
  const { code, out, err } = await runHere(words)
  const faults = faultsIn({ out, err })
  const secret = secretIn(`${out}\n${err}`)
  if (secret !== undefined) faults.push(`it shows a secret of a file that was named by mistake: ${secret}`)
  if ((code === 0) !== (expects === 'done')) faults.push(`exit code ${code}, and it ${expects === 'done' ? 'is right' : 'is wrong'}`)
  if (expects === 'failed' && out.trim() === '' && err.trim() === '') faults.push('it fails and says nothing')
  return faults.map((fault) => `${words.join(' ').replaceAll(folder, '…')} (${what}): ${fault}`)
}

describe('what the command line prints', () => {
  it.each([
    ['a code of the file system', 'countersign: ENOENT: no such file'],
    ['a value that is none', 'kind: expected string, received undefined'],
    ['a parser that quotes', 'x is not JSON: Unexpected token P'],
    ['a trace', 'Error: x\n    at main (/a/b.js:1:2)'],
    ['a control character', 'got "\u001b[31m"'],
    ['a mark twice', 'It is over..'],
    ['two spaces', 'it is  over'],
    ['an id before the name', 'countersign: inc-0123456789ab is contained'],
    ['a command that is not called so', '`countersign incidents` lists them'],
    ['a command without its reason', `${commandName()} release inc-0123456789ab`],
  ])('would be found out with %s', (_, err) => {
    expect(faultsIn({ out: '', err })).not.toEqual([])
  })

  it('is looked at for every command that there is', () => {
    const known = Object.keys(catalogue(NOWHERE))
    expect(known.sort()).toEqual(
      leaves()
        .map(({ words }) => words)
        .sort(),
    )
  })

  // In the order of the catalogue, because a use may need what one before it has left.
  it.each(Object.keys(catalogue(NOWHERE)))('%s says what was done, or what was wrong, in words', async (words) => {
    const command = leaves().find((one) => one.words === words)?.command
    if (command === undefined) throw new Error(`there is no command ${words}`)
    const entry = catalogue(world)[words]
    if (entry === undefined) throw new Error(`there is no entry ${words}`)
    const faults: string[] = []
    for (const run of runsOf(command, entry, world)) faults.push(...(await faultsOf(run.words, run.what, run.expects)))
    expect(faults).toEqual([])
  })

  it.each(
    leaves()
      .filter(({ command }) => command.options.some(({ long }) => long === '--reason'))
      .map(({ words }) => [words] as const),
  )('%s refuses the … of a printed command as a reason, before it does anything', async (words) => {
    const entry = catalogue(world)[words]
    const [given = world.on] = [...(entry?.uses ?? []), ...(entry?.misuses ?? []).filter((misuse) => misuse.includes('a test'))]
    for (const reason of ['…', '"…"', '...', ' ', '—?!']) {
      const said = given.includes('a test') ? given.map((word) => (word === 'a test' ? reason : word)) : [...given, '--reason', reason]
      const { code, out, err } = await runHere([...words.split(' '), ...said])
      expect([words, code, out, err]).toEqual([words, 2, '', expect.stringContaining('this needs a reason, which the record keeps: ')])
    }
  })

  it.each([...groups().map((name) => [name, '--help']), ['--help'], ['help'], ['--version']])('%s %s explains', async (...words) => {
    expect(await faultsOf(words.filter(Boolean), 'help', 'done')).toEqual([])
  })

  it.each([['nosuch'], ['incidnets'], ['policy', 'chek'], ['--nonsense']])('%s %s is no command', async (...words) => {
    expect(await faultsOf(words.filter(Boolean), 'no command', 'failed')).toEqual([])
  })
})
