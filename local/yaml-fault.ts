import type { YAMLParseError } from 'yaml'

/** What the parser says of signs that it then quotes without a colon before them. */
const QUOTING: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
  BAD_COLLECTION_TYPE: 'A tag, which begins with !, does not fit what it stands before',
  BAD_DIRECTIVE: 'A line that begins with % is no directive',
  BAD_DQ_ESCAPE: 'Invalid escape sequence in double quotes',
}

/**
 * A fault of YAML in one line, with its line and column, and with nothing of the text that was read: a file that was named by mistake may hold secrets, and what is printed
 * may end in the log of a build.
 */
export function yamlFault({ code, message, linePos }: YAMLParseError): string {
  const [line = ''] = message.split('\n')
  const said = QUOTING[code] ?? withoutQuote(line.replace(/ at line \d+, column \d+:?$/, ''))
  const [at] = linePos ?? []
  return at === undefined ? said : `${said} at line ${at.line}, column ${at.col}`
}

/** What the parser says before a colon, behind which it quotes. */
export function withoutQuote(message: string): string {
  return message.replace(/(?<=[\w)]): .*$/s, '')
}
