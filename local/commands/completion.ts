import type { Command } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** What may follow a command: its subcommands and options, and the values of options that have a fixed list of them. */
interface Position {
  readonly path: string
  readonly words: readonly string[]
  readonly choices: readonly { readonly option: string; readonly words: readonly string[] }[]
}

/** A script that completes the words of the command line, made from the commands as they are. */
export function completionOf(root: Command, shell: Shell): string {
  const positions = positionsOf(root, '')
  switch (shell) {
    case 'bash':
      return bash(positions)
    case 'zsh':
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(positions)}`
    case 'fish':
      return fish(positions)
  }
}

function positionsOf(command: Command, path: string): Position[] {
  const options = command.options.filter(({ hidden }) => !hidden)
  const words = [...command.commands.map((one) => one.name()), ...options.map(({ long }) => long ?? ''), '--help']
  const choices = options.flatMap(({ long, argChoices }) => (long && argChoices ? [{ option: long, words: argChoices }] : []))
  const ownArguments = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
  return [
    { path, words: [...ownArguments, ...words], choices },
    ...command.commands.flatMap((one) => positionsOf(one, `${path}${one.name()}/`)),
  ]
}

/** The script contains command words only, never a name of an account or a file. */
function bash(positions: readonly Position[]): string {
  const commands = positions.map(({ path }) => path).filter((path) => path !== '')
  const cases = positions.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`)
  const valued = positions.flatMap(({ path, choices }) =>
    choices.map(({ option, words }) => `    '${path}${option}') words='${words.join(' ')}' ;;`),
  )
  return `# countersign: completion for bash and zsh
_countersign() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case ' ${commands.join(' ')} ' in *" $path$word/ "*) path="$path$word/" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$path$previous" in
${valued.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _countersign countersign
`
}

function fish(positions: readonly Position[]): string {
  const lines = positions.flatMap(({ path, words, choices }) => {
    const at = `-n '__countersign_at "${path}"'`
    const plain = words.filter((word) => !word.startsWith('--'))
    return [
      ...(plain.length > 0 ? [`complete -c countersign ${at} -a '${plain.join(' ')}'`] : []),
      ...words.filter((word) => word.startsWith('--')).map((word) => `complete -c countersign ${at} -l ${word.slice(2)}`),
      ...choices.map(({ option, words: values }) => `complete -c countersign ${at} -l ${option.slice(2)} -x -a '${values.join(' ')}'`),
    ]
  })
  return `# countersign: completion for fish
function __countersign_at
  set -l path ''
  for word in (commandline -opc)[2..]
    contains -- "$path$word/" ${positions.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`])).join(' ')}; and set path "$path$word/"
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}
`
}
