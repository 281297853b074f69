import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documents } from '../generated-docs.ts'
import { faultOf } from '../printed-command.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** History names commands of its time. */
const isDated = (path: string) => path === 'CHANGELOG.md' || path.startsWith('docs/decisions/')

/** The commands of the lines of code of a document, without comments, what they read from and where they write to. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^ {4,}(?:.*\| )?(?:npm run --silent )?countersign (?:-- )?([a-z].*)$/gm)].map(([, words = '']) =>
    words
      .replace(/ +#.*$/, '')
      .replace(/ [>|] .*$/, '')
      .replace(/ …$/, '')
      .trim(),
  )
}

/** The commands in a row of text that name a stack, as a reader copies them. */
function commandsInText(text: string): string[] {
  return [...text.matchAll(/`countersign ([a-z][^`…]*--stack [^`…]*)`/g)].map(([, words = '']) => words.trim())
}

describe('the commands of the documents', () => {
  const all = documents()
    .filter((path) => !isDated(path))
    .flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8')
      return [...commandsOf(text), ...commandsInText(text)].map((words) => ({ path, words }))
    })

  it('are known to the command line, with their options and operands', () => {
    expect(all.length).toBeGreaterThan(80)
    expect(all.flatMap(({ path, words }) => faultOf(words)?.concat(` (${path})`) ?? [])).toEqual([])
  })

  it.each([
    ['an unknown command', '    countersign undo inc-1', 'no command: undo inc-1'],
    ['an unknown option', '    cat x | countersign replay - --fast   # soon', 'no option --fast: replay - --fast'],
    ['a reason that is missing', '    npm run --silent countersign -- release ID', 'without --reason: release ID'],
  ])('would be found with %s', (_, line, fault) => {
    expect(commandsOf(line).map(faultOf)).toEqual([fault])
  })
})
