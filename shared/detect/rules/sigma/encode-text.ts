import type { Pattern } from '../condition.ts'
import { Refusal } from '../refusal.ts'
import type { Encoding } from './modifiers.ts'
import { textPattern } from './text-pattern.ts'

/** What begins an option on a command line, beside the hyphen. */
const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015']

/** The patterns that a text stands for once it is encoded: one of them has to fit. Throws a `Refusal` where a text with wildcards should become bytes. */
export function encodedPatterns(text: string, encodings: readonly Encoding[]): Pattern[] {
  if (!encodings.some((one) => one !== 'windash')) return (encodings.length === 0 ? [text] : dashed(text)).map(textPattern)
  const plain = encodings[0] === 'windash' ? dashed(text) : [text]
  return plain.flatMap((one) => {
    const literal = textPattern(one)
    if (literal.some((part) => typeof part !== 'string'))
      throw new Refusal(`${JSON.stringify(text)} has wildcards, so it cannot be encoded`)
    return bytesEncoded(
      literal.join(''),
      encodings.filter((encoding) => encoding !== 'windash'),
    ).map((encoded) => [encoded])
  })
}

/** A text with each hyphen that begins a word as it stands, and in the other ways of writing it. */
function dashed(text: string): string[] {
  const dash = /(^|\s)[-/](?=\w)/g
  return [...new Set([text, ...DASHES.map((one) => text.replace(dash, `$1${one}`))])]
}

function bytesEncoded(text: string, encodings: readonly Encoding[]): string[] {
  let bytes: Buffer[] = [Buffer.from(text, 'utf8')]
  for (const encoding of encodings) bytes = bytes.flatMap((one) => encoded(one, encoding))
  return bytes.map((one) => one.toString('utf8'))
}

function encoded(bytes: Buffer, encoding: Encoding): Buffer[] {
  switch (encoding) {
    case 'windash':
      return [bytes]
    case 'utf16le':
      return [Buffer.from(bytes.toString('utf8'), 'utf16le')]
    case 'utf16be':
      return [Buffer.from(bytes.toString('utf8'), 'utf16le').swap16()]
    case 'utf16':
      return [Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString('utf8'), 'utf16le')])]
    case 'base64':
      return [Buffer.from(bytes.toString('base64'))]
    case 'base64offset':
      return [0, 1, 2].map((offset) => Buffer.from(atOffset(bytes, offset)))
  }
}

/** What of the base64 of bytes does not depend on the bytes around them, where so many stand before them. */
function atOffset(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset, ' '), bytes]).toString('base64')
  const start = [0, 2, 3][offset] as number
  const end = [0, -3, -2][(offset + bytes.length) % 3] as number
  return whole.slice(start, end === 0 ? undefined : end)
}
