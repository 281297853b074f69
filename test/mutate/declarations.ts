import { parseAst } from 'vitest/node'

/** A declaration at the top level of a file. Each mutant lies in exactly one. Lines count from 1 and columns from 0, as Stryker counts them. */
export interface Declaration {
  readonly file: string
  readonly start: { readonly line: number; readonly column: number }
  readonly end: { readonly line: number; readonly column: number }
}

/** Statements that Stryker finds nothing to change in. */
const WITHOUT_CODE: ReadonlySet<string> = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
])

/** The declarations of a file that hold code, in their order. */
export function declarationsOf(file: string, source: string): Declaration[] {
  return parseAst(source, { lang: 'ts' }).body.flatMap((statement) => {
    const declared = 'declaration' in statement ? statement.declaration : undefined
    const isTypeOnly = declared === null || (declared !== undefined && WITHOUT_CODE.has(declared.type))
    if (isTypeOnly || WITHOUT_CODE.has(statement.type)) return []
    return [{ file, start: positionOf(source, statement.start), end: positionOf(source, statement.end) }]
  })
}

/** The declaration as a range that Stryker mutates. */
export function rangeOf({ file, start, end }: Declaration): string {
  return `${file}:${start.line}:${start.column}-${end.line}:${end.column}`
}

/** True where a place of the same file lies in a declaration. */
export function holds({ start, end }: Declaration, { line, column }: Declaration['start']): boolean {
  const isAfterStart = line > start.line || (line === start.line && column >= start.column)
  return isAfterStart && (line < end.line || (line === end.line && column < end.column))
}

function positionOf(source: string, offset: number): Declaration['start'] {
  const before = source.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)?.length ?? 0 }
}
