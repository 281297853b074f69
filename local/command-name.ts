import type { Target } from './target.ts'

/**
 * How whoever started this process calls the command line again. Never by npx alone: where nothing of the
 * name is installed, that fetches and runs whatever somebody put into the registry under it.
 */
export function commandName(
  file = import.meta.filename,
  { npm_command }: Readonly<Record<string, string | undefined>> = process.env,
): string {
  // A checkout runs its sources, by the Node that it brings.
  if (file.endsWith('.ts')) return 'npm run --silent countersign --'
  return npm_command === 'exec' ? 'npx --no-install countersign' : 'countersign'
}

/** A command on a target as it is typed: `words`, which target it is, and the options that follow. */
export function commandOn({ options }: Pick<Target, 'options'>, words: string, more = ''): string {
  return [commandName(), words, options, more].filter((part) => part !== '').join(' ')
}

/** A word for a shell: in quotes where it holds anything but letters that no shell reads. */
export function quoted(word: string): string {
  return /^[\w./@:+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
