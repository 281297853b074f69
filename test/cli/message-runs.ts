import { join } from 'node:path'
import type { Command, Option } from 'commander'
import { program } from '../../local/program.ts'
import type { layRightFiles, WrongFiles } from './wrong-files.ts'

/** A run of the command line: what it tries, and whether it is to succeed. */
export interface Run {
  readonly words: readonly string[]
  readonly what: string
  readonly expects: 'done' | 'failed'
}

/** What the runs work on. */
export interface World {
  /** The options that name the embedded account. */
  readonly on: readonly string[]
  /** A folder for files that are written. */
  readonly folder: string
  readonly right: ReturnType<typeof layRightFiles>
  readonly wrong: WrongFiles
  /** Ids of incidents. */
  readonly contained: string
  readonly other: string
  readonly watching: string
}

/** What is told of one command. */
interface Entry {
  /** Its ordinary uses, each the words after its own. */
  readonly uses: readonly (readonly string[])[]
  /** Words by which it is used wrongly beside what its options say. */
  readonly misuses?: readonly (readonly string[])[]
  /** The same, after its ordinary uses. */
  readonly after?: readonly (readonly string[])[]
  /** The words with a file in the place of one that it takes. `takes`: wrong files that are none for it. */
  readonly files?: readonly { readonly words: (file: string) => readonly string[]; readonly takes?: readonly string[] }[]
  /** `--region` alone means something to it. */
  readonly ownRegion?: true
}

const REASON = ['--reason', 'a test']
const NO_ID = 'inc-000000000000'
const ARN = 'arn:aws:iam::123456789012:user/ci-deploy'
const NOBODY = 'nobody-of-that-name'

/** What no parser of a format that it reads takes for damage: a file without anything in it. */
const NOTHING = ['empty', 'blank']

/** Files that are no rules are said, and left out. */
const SKIPPED = ['a folder with secrets']

/** Every command, in an order in which each use still has what it works on. */
export function catalogue({ on, folder, right, contained, other, watching }: World): Readonly<Record<string, Entry>> {
  const out = (name: string) => join(folder, name)
  const decide = (id: string, ...more: readonly string[]): Entry => ({
    uses: [[id, ...REASON, '--yes', ...more, ...on]],
    misuses: [
      [NO_ID, ...REASON, ...on],
      [NO_ID, ...REASON, '--yes', ...on],
      [id, '--reason', ' ', '--yes', ...on],
      [id, '--reason', '…', '--yes', ...on],
      [id, ...REASON, ...on],
    ],
  })
  return {
    start: { uses: [], misuses: [['--once', '--seed', '-1']] },
    completion: { uses: [['bash'], ['zsh'], ['fish']], misuses: [['tcsh']] },
    replay: {
      uses: [
        [right.records],
        [right.records, '--json'],
        [right.records, '--out', out('replay.html')],
        [right.records, '--account', right.account, '--policy', right.policy],
        [right.records, '--data', out('kept')],
      ],
      misuses: [
        [right.records, '--since', '2026-02-01', '--until', '2026-01-01'],
        [right.records, '--since', '2031-01-01'],
        [right.records, '--out', join(folder, 'none', 'x.html')],
        [right.records, ...on],
        [right.signals, '--jobs', '3'],
      ],
      files: [
        { words: (file) => [file] },
        { words: (file) => [right.records, '--policy', file] },
        { words: (file) => [right.records, '--account', file] },
        { words: (file) => [right.records, '--rules', file], takes: SKIPPED },
      ],
    },
    eval: {
      uses: [[right.labelled], [right.labelled, '--json'], [right.labelled, '--out', out('eval.html')], [right.signals, '--signals']],
      misuses: [
        [right.labelled, '--endpoint', 'https://192.0.2.1'],
        [right.labelled, '--advisor', 'bedrock'],
        [right.labelled, '--signals'],
        [right.signals, '--signals', '--policy', right.policy],
        [right.records],
        [right.labelled, '--out', join(folder, 'none', 'x.html')],
      ],
      files: [
        { words: (file) => [file] },
        { words: (file) => [file, '--signals'] },
        { words: (file) => [right.labelled, '--policy', file] },
        { words: (file) => [right.labelled, '--rules', file], takes: SKIPPED },
        { words: (file) => [right.labelled, '--fail-under', file] },
      ],
      ownRegion: true,
    },
    ingest: {
      uses: [
        [right.scan, '--dry-run'],
        [right.scan, '--yes', ...on],
      ],
      misuses: [[right.scan, ...on]],
      // A scanner that finds nothing prints nothing.
      files: [{ words: (file) => [file, '--dry-run'], takes: NOTHING }],
    },
    'incidents list': {
      uses: [[], ['--json'], ['--all']].map((words) => [...words, ...on]),
      misuses: [['shw', ...on]],
    },
    'incidents show': {
      uses: [
        [contained, ...on],
        [watching, ...on],
        [contained, '--json', ...on],
      ],
      misuses: [
        [NO_ID, ...on],
        ['"', ...on],
      ],
    },
    explain: {
      uses: [
        [contained, ...on],
        [watching, ...on],
        [contained, '--json', ...on],
      ],
      misuses: [
        [NO_ID, ...on],
        [contained, '--endpoint', 'https://192.0.2.1', ...on],
      ],
    },
    'baseline show': {
      uses: [
        [ARN, ...on],
        ['ci-deploy', ...on],
        ['ci-deploy', '--json', ...on],
      ],
      misuses: [
        [NOBODY, ...on],
        [`${ARN}x`, ...on],
        ['arn:aws:iam', ...on],
      ],
    },
    'baseline expect': {
      uses: [['ci-deploy', '--value', 'country=DE', ...REASON, '--yes', ...on]],
      misuses: [
        [NOBODY, '--value', 'country=DE', ...REASON, '--yes', ...on],
        ...['Germany', 'country=Germany', 'planet=Mars', 'range=here', 'country='].map((value) => [
          'ci-deploy',
          '--value',
          value,
          ...REASON,
          ...on,
        ]),
        ['ci-deploy', '--value', 'country=DE', ...REASON, ...on],
        ['ci-deploy', '--value', 'country=DE', '--reason', '', '--yes', ...on],
      ],
    },
    restrict: {
      uses: [
        [ARN, '--print', ...on],
        ['ci-deploy', '--print', ...on],
      ],
      misuses: [
        ['ci-deploy', ...on],
        [NOBODY, '--print', ...on],
      ],
      files: [{ words: (file) => ['ci-deploy', '--print', '--last-used', file, ...on] }],
    },
    'blast-radius': {
      uses: [
        ['--file', right.account],
        ['ci-deploy', '--file', right.account],
        [ARN, '--file', right.account, '--json'],
        ['--file', right.account, '--out', out('reach.html')],
        [...on],
      ],
      misuses: [
        [NOBODY, '--file', right.account],
        ['--out', out('x.html'), ...on],
        ['--account', '123456789012', ...on],
        ['--data', out('none')],
      ],
      files: [{ words: (file) => ['--file', file] }],
    },
    'changes verify': { uses: [[...on], ['--json', ...on]] },
    'changes seal': { uses: [[...on], ['--json', ...on]] },
    'changes export': { uses: [[...on], ['--format', 'ocsf', ...on]] },
    console: { uses: [], misuses: [['--incident', NO_ID, ...on]] },
    report: {
      uses: [
        ['--out', out('report.html'), ...on],
        ['--json', ...on],
      ],
      misuses: [
        [...on],
        ['--json', '--since', 'yesterday', ...on],
        ['--json', '--since', '2026-13-45', ...on],
        ['--json', '--since', '2026-02-01', '--until', '2026-01-01', ...on],
        ['--out', join(folder, 'none', 'x.html'), ...on],
      ],
    },
    'drift show': {
      uses: [[...on], ['--json', ...on], ['--out', out('drift.html'), ...on]],
      misuses: [['--out', join(folder, 'none', 'x.html'), ...on]],
    },
    'drift accept': {
      uses: [],
      misuses: [
        ['ask-loosen', ...REASON, '--yes', ...on],
        ['nothing', ...REASON, ...on],
      ],
    },
    'policy check': { uses: [[right.policy], [right.wide]], files: [{ words: (file) => [file] }] },
    'policy show': { uses: [[...on], ['--json', ...on]] },
    'policy diff': { uses: [[right.policy, ...on]], files: [{ words: (file) => [file, ...on] }] },
    'policy apply': {
      uses: [[right.policy, ...REASON, '--yes', ...on]],
      misuses: [
        [right.wide, ...REASON, ...on],
        [right.wide, '--reason', '', '--yes', ...on],
      ],
      files: [{ words: (file) => [file, ...REASON, '--yes', ...on] }],
    },
    'override start': {
      uses: [['ask', '--minutes', '5', ...REASON, '--yes', ...on]],
      misuses: [
        ['panic', '--minutes', '5', ...REASON, ...on],
        ['ask', '--minutes', '0', ...REASON, '--yes', ...on],
        ['ask', '--minutes', '5000', ...REASON, '--yes', ...on],
        ['ask', '--minutes', '5', ...REASON, ...on],
      ],
    },
    'override end': {
      uses: [[...REASON, '--yes', ...on]],
      misuses: [['--reason', '…', '--yes', ...on]],
      after: [[...REASON, '--yes', ...on]],
    },
    detectors: {
      uses: [[], ['new-country'], ['--json'], [...on], ['--policy', right.wide]],
      misuses: [['new-cuntry'], ['nothing-like-it'], ['--policy', right.policy, ...on]],
      files: [{ words: (file) => ['--policy', file] }],
    },
    'rules check': { uses: [['rules'], ['rules', '--json']], files: [{ words: (file) => [file] }] },
    'rules test': { uses: [['rules'], ['rules', '--json']], files: [{ words: (file) => [file] }] },
    doctor: {
      uses: [[], ['--json'], [...on], ['--context', '{"includeRoleSessions":true}']],
      misuses: [
        ['--context', 'not JSON'],
        ['--context', '[]'],
        ['--context', '{"includeRoleSession":true}'],
        ['--context', '{}', ...on],
        ['--data', out('none')],
        ['--region', 'us-east-1', ...on],
      ],
      ownRegion: true,
    },
    redrive: {
      uses: [],
      misuses: [[...on], ['hot', ...on], ['hot', ...REASON, '--yes', ...on], ['--restore', 'x', ...on], ['--read', 'x', ...on]],
    },
    drill: { uses: [[]], misuses: [['--yes'], ['--keep'], ['--minutes', '0']] },
    extend: {
      ...decide(contained, '--hours', '8'),
      misuses: [
        [NO_ID, ...REASON, '--yes', ...on],
        [contained, '--hours', '9999', ...REASON, '--yes', ...on],
        [contained, '--hours', '0', ...REASON, '--yes', ...on],
      ],
    },
    approve: {
      uses: [],
      misuses: [
        [contained, '--change', 'nothing', ...REASON, '--yes', ...on],
        [NO_ID, '--change', 'nothing', ...REASON, ...on],
      ],
    },
    'root-keys': {
      uses: [],
      misuses: [
        [contained, ...REASON, '--yes', ...on],
        [NO_ID, ...REASON, ...on],
      ],
    },
    contain: { ...decide(watching), misuses: [...(decide(watching).misuses ?? []), [contained, ...REASON, '--yes', ...on]] },
    assign: {
      uses: [
        [contained, '--to', 'anna', '--yes', ...on],
        [contained, '--nobody', '--yes', ...on],
      ],
      misuses: [
        [NO_ID, '--to', 'anna', '--yes', ...on],
        [contained, '--yes', ...on],
        [contained, '--to', 'anna', '--nobody', '--yes', ...on],
        [contained, '--to', ' ', '--yes', ...on],
        [contained, '--to', 'anna', ...on],
      ],
    },
    comment: {
      uses: [[contained, '--text', 'asked the owner', '--yes', ...on]],
      misuses: [
        [NO_ID, '--text', 'asked', '--yes', ...on],
        [contained, '--text', ' ', '--yes', ...on],
        [contained, '--text', 'x'.repeat(2000), '--yes', ...on],
        [contained, '--text', 'asked', ...on],
      ],
    },
    // Something was contained, or it is decided by then: what succeeds is held in dismiss-each.test.ts.
    dismiss: {
      uses: [],
      misuses: [
        [NO_ID, ...REASON, '--yes', ...on],
        [contained, ...REASON, '--yes', ...on],
        [contained, '--reason', '…', '--yes', ...on],
        [contained, ...REASON, ...on],
      ],
    },
    confirm: decide(other),
    release: decide(contained),
    'patterns list': { uses: [[...on], ['--json', ...on]], misuses: [['lst', ...on]] },
    'patterns revoke': {
      uses: [],
      misuses: [
        ['pat-000000000000', ...REASON, '--yes', ...on],
        ['nothing', ...REASON, ...on],
      ],
    },
  }
}

/** The commands that do something, by their words. */
export function leaves(command: Command = program(), words = ''): { words: string; command: Command }[] {
  const path = (one: Command) => `${words} ${one.name()}`.trim()
  return command.commands.flatMap((one) => (one.commands.length === 0 ? [{ words: path(one), command: one }] : leaves(one, path(one))))
}

/** Groups of commands: they are looked at for their help alone. */
export function groups(command: Command = program()): string[] {
  return command.commands.flatMap((one) => (one.commands.length === 0 ? [] : [one.name()]))
}

/** All runs of a command: those of the catalogue, and those that its declared options and operands give. */
export function runsOf(command: Command, entry: Entry, { on, wrong }: World): Run[] {
  const own = wordsOf(command)
  const failing = (what: string, words: readonly string[]): Run => ({ words: [...own, ...words], what, expects: 'failed' })
  const base = entry.uses[0] ?? entry.misuses?.[0] ?? []
  const has = (long: string) => command.options.some((option) => option.long === long)
  const takesTarget = base.includes('--data')
  return [
    { words: [...own, '--help'], what: 'help', expects: 'done' },
    failing('an unknown option', [...base, '--nonsense']),
    ...(command.registeredArguments.some(({ variadic }) => variadic) ? [] : [failing('too many words', [...base, 'a', 'b', 'c'])]),
    ...(command.registeredArguments.some(({ required }) => required) ? [failing('no word', [...on, ...mandatory(command)])] : []),
    ...command.options.filter(({ mandatory: is }) => is).map((option) => failing(`no ${option.long}`, without(base, option))),
    ...command.options.filter(({ required }) => required).map(({ long }) => failing(`${long} without a value`, [...base, `${long}`])),
    ...command.options
      .filter(({ argChoices }) => argChoices !== undefined)
      .map(({ long }) => failing(`a wrong ${long}`, [...base, `${long}`, 'nothing'])),
    ...command.options
      .filter(({ parseArg, argChoices }) => parseArg !== undefined && argChoices === undefined)
      .flatMap(({ long }) =>
        ['twelve', '-1', '1e99', '2026-02-30'].map((value) => failing(`a wrong ${long}`, [...base, `${long}`, value])),
      ),
    ...(has('--region') && entry.ownRegion !== true
      ? [
          failing('--region without --stack', [
            ...(takesTarget ? base.filter((word) => !on.includes(word)) : base),
            '--region',
            'us-east-1',
          ]),
        ]
      : []),
    ...(takesTarget
      ? Object.entries(wrong).map(([what, file]) =>
          failing(`--data: ${what}`, [...base.filter((word) => !on.includes(word)), '--data', file]),
        )
      : []),
    ...(entry.misuses ?? []).map((words) => failing('a misuse', words)),
    ...(entry.files ?? []).flatMap(({ words, takes = [] }) =>
      Object.entries(wrong).map(
        ([what, file]): Run => ({
          words: [...own, ...words(file)],
          what: `a file: ${what}`,
          expects: takes.includes(what) ? 'done' : 'failed',
        }),
      ),
    ),
    ...entry.uses.map((words): Run => ({ words: [...own, ...words], what: 'use', expects: 'done' })),
    ...(entry.after ?? []).map((words) => failing('a misuse after it', words)),
  ]
}

function wordsOf(command: Command): string[] {
  return command.parent === null ? [] : [...wordsOf(command.parent), command.name()]
}

function without(words: readonly string[], { long }: Option): string[] {
  const at = words.indexOf(`${long}`)
  return at < 0 ? [...words] : [...words.slice(0, at), ...words.slice(at + 2)]
}

function mandatory(command: Command): string[] {
  return command.options.filter((option) => option.mandatory).flatMap(({ long }) => [`${long}`, '5'])
}
