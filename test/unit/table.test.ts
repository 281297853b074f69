import { describe, expect, it } from 'vitest'
import { commandName } from '../../local/command-name.ts'
import { displayWidth, terminalWidth } from '../../local/render/display-width.ts'
import { type Column, table } from '../../local/render/table.ts'
import { wrapText } from '../../local/render/wrap.ts'

const COLUMNS: readonly Column[] = [
  { name: 'ID' },
  { name: 'RISK', align: 'right', worth: 1 },
  { name: 'WHO', isText: true, worth: 2 },
  { name: 'REASON', isText: true },
]
const ROWS = [
  ['inc-1', '9', 'ci', 'called from a country that it was never seen in'],
  ['inc-22', '98.5', 'deploy', 'made a key for another user'],
]
const at = (width: number, rows = ROWS) => table(COLUMNS, rows, { width }).split('\n')

describe('a table on a terminal', () => {
  it('stands as it is where it fits, with numbers at the right', () => {
    expect(at(80)).toEqual([
      'ID      RISK  WHO     REASON',
      'inc-1      9  ci      called from a country that it was never seen in',
      'inc-22  98.5  deploy  made a key for another user',
    ])
  })

  it('folds the widest text at words before it leaves anything out', () => {
    expect(at(50)).toEqual([
      'ID      RISK  WHO     REASON',
      'inc-1      9  ci      called from a country that',
      '                      it was never seen in',
      'inc-22  98.5  deploy  made a key for another user',
    ])
  })

  it('leaves out what is worth least where folding is not enough, and says so', () => {
    const rows = [['inc-0123456789abcdef', '9', 'ci', 'called from a country that it was never seen in']]
    expect(at(44, rows)).toEqual([
      'ID                    WHO  REASON',
      'inc-0123456789abcdef  ci   called from a',
      '                           country that it',
      '                           was never seen in',
      'Left out: RISK. A wider terminal or --json',
      '  shows it.',
    ])
  })

  it('puts an ARN that its column has no room for on a line of its own, whole', () => {
    const arn = `arn:aws:iam::123456789012:role/${'a'.repeat(60)}`
    const lines = at(60, [['inc-1', '9', 'ci', `assumed ${arn}`]])
    expect(lines.slice(1)).toEqual(['inc-1     9  ci', '    REASON: assumed', `    ${arn}`])
  })

  it('prints a command whole, and what it does below it', () => {
    const command = `${commandName()} release inc-1 --stack countersign --region eu-central-1 --reason "…"`
    const lines = table([{}, { isText: true }], [[command, 'it was legitimate']], { width: 60, indent: 2 }).split('\n')
    expect(lines).toEqual([`  ${command}`, '      it was legitimate'])
  })
})

describe('a text on a terminal', () => {
  it('is folded beside its label', () => {
    expect(wrapText('  who    arn of somebody, with some keys that are named', 40).split('\n')).toEqual([
      '  who    arn of somebody, with some keys',
      '         that are named',
    ])
  })

  it.each([
    `${commandName()} patterns revoke pat-1 --reason "not ours any more"`,
    'aws iam list-access-keys --user-name ci-build --region us-east-1',
  ])('does not cut the command %s', (command) => {
    expect(wrapText(`look there and run: ${command}`, 40).split('\n')).toEqual(['look there and run:', `  ${command}`])
    expect(wrapText(`look there and run \`${command}\` again`, 40)).toContain(`\n  \`${command}\`\n`)
  })
})

describe('the width', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['鍵', 2],
    ['ключ', 4],
    ['e\u0301', 1],
    ['\u{1F511}', 2],
    ['\u001b[1;31mred\u001b[0m', 3],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
  ])('of %j is %i', (text, cells) => {
    expect(displayWidth(text)).toBe(cells)
  })

  it.each([
    [{ isTTY: true, columns: 100 }, 100],
    [{ isTTY: true, columns: 5 }, 40],
    [{ isTTY: true, columns: 0 }, undefined],
    [{ isTTY: true }, undefined],
    [{ columns: 100 }, undefined],
  ])('of the terminal %j is %s', (stream, width) => {
    expect(terminalWidth(stream)).toBe(width)
  })
})
