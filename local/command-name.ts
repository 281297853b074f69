import type { Target } from './target.ts'

/**
 * How the person who started this process calls the command line. It is never `npx` alone: where no such package is
 * installed, npx fetches and runs whatever the registry has under that name.
 */
export function commandName(
  file = import.meta.filename,
  { npm_command }: Readonly<Record<string, string | undefined>> = process.env,
): string {
  // A checkout runs its sources with the Node that it installs.
  if (file.endsWith('.ts')) return 'npm run --silent countersign --'
  return npm_command === 'exec' ? 'npx --no-install countersign' : 'countersign'
}

/** A command as a person types it: the name, `words`, the options of the target, and `more` options. */
export function commandOn({ options }: Pick<Target, 'options'>, words: string, more = ''): string {
  return [commandName(), words, options, more].filter((part) => part !== '').join(' ')
}

/**
 * A message with each `countersign …` in backticks as this person types it, on this target. The stages write commands by the bare name, because they
 * know neither how the command line was called nor on what.
 */
export function asTyped(message: string, target: Pick<Target, 'options'>): string {
  return message.replace(/`countersign ([a-z][^`]*)`/g, (_, words: string) =>
    target.options !== '' && words.includes(target.options) ? `\`${commandName()} ${words}\`` : `\`${commandOn(target, words)}\``,
  )
}

/** A word for a shell, in quotes where it has a character that a shell may interpret. */
export function quoted(word: string): string {
  return /^[\w./@:+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
