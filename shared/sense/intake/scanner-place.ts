import { createHash } from 'node:crypto'
import { textOf } from '../fields.ts'

/** The first of some values that is a text or a number, as text; undefined where none is. */
export function firstText(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const text = typeof value === 'number' ? String(value) : textOf(value, 1024)
    if (text !== undefined) return text
  }
  return undefined
}

/**
 * Where a scanner found something, in words such as `Git https://example.com/acme/api: config.env, line 3, commit 0a1b2c3d4e5f`. The user, the password and the query of an
 * address are left out: addresses of repositories have tokens in them.
 */
export function placeText({
  inside,
  file,
  line,
  commit,
}: { readonly [part in 'inside' | 'file' | 'line' | 'commit']: string | undefined }): string {
  const parts = [file, line === undefined ? undefined : `line ${line}`, commit === undefined ? undefined : `commit ${commit.slice(0, 12)}`]
  const named = parts.flatMap((part) => (part === undefined ? [] : [withoutTokens(part)])).join(', ')
  const where = inside === undefined ? [] : [withoutTokens(inside)]
  return [...where, ...(named === '' ? [] : [named])].join(': ')
}

function withoutTokens(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, '//').replace(/(https?:\/\/[^\s?#]*)[?#]\S*/g, '$1')
}

/** The link of a finding without its query, which may hold a token; undefined where it is no text. */
export function linkText(link: unknown): string | undefined {
  return textOf(link, 1024)?.replace(/\?[^#]*/, '')
}

/** The name of a finding: the same in every run of the scanner, and nothing that the scanner read stands in it. */
export function findingName(parts: readonly (string | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex')
    .slice(0, 32)
}
