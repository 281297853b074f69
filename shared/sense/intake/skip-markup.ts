import { INVISIBLE, type Meter } from './plain-codes.ts'

/** How far the marks, the attributes and the next node of a document may go on before its text does, in characters. */
const SEAM_LIMIT = 256
/** The longest tag and the longest macro of wiki text that is passed over. */
const TAG_LIMIT = 64
/** The most emphasis marks and spaces in a row. */
const RUN_LIMIT = 8

const [SPACE, QUOTE, APOSTROPHE, PLUS, LESS, GREATER, OPEN, CLOSE] = [32, 34, 39, 43, 60, 62, 123, 125]
/** Emphasis of wiki text and Markdown: `*`, `_`, `~`, the backtick, and what nobody sees. */
const EMPHASIS: ReadonlySet<number> = new Set([42, 95, 126, 96, INVISIBLE])
const WHITE: ReadonlySet<number> = new Set([SPACE, 9, 10, 13])

/** What opens the text of a node in Atlassian's document format: a key, a colon and a quote, with spaces between them. */
const TEXT_KEY = ['"text"', ':', '"'].map((part) => [...part].map((character) => character.charCodeAt(0)))

/**
 * Where a word goes on behind markup that splits it: emphasis, a tag such as `<b>`, a macro such as `{color:red}`, two texts put together in code (`"…" + "…"`), or the
 * next text node of a document. The same position where no markup stands there. It looks at no more than 256 characters.
 * @see https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 */
export function afterMarkup(codes: Uint8Array, at: number, meter: Meter): number {
  const code = codes[at]
  if (code === undefined) return at
  meter.steps += 1
  if (EMPHASIS.has(code)) return afterRun(codes, at, EMPHASIS, meter)
  if (code === LESS) return afterClosed(codes, at, GREATER, meter)
  if (code === OPEN) return afterClosed(codes, at, CLOSE, meter)
  if (code === QUOTE || code === APOSTROPHE)
    return afterConcatenation(codes, at, meter) ?? (code === QUOTE ? afterSeam(codes, at, meter) : at)
  return at
}

function afterRun(codes: Uint8Array, at: number, run: ReadonlySet<number>, meter: Meter): number {
  let end = at
  while (end < at + RUN_LIMIT && run.has(codes[end] ?? 0)) end += 1
  meter.steps += end - at
  return end
}

function afterClosed(codes: Uint8Array, at: number, closing: number, meter: Meter): number {
  for (let end = at + 1; end < at + TAG_LIMIT; end++) {
    meter.steps += 1
    const code = codes[end]
    if (code === closing) return end + 1
    if (code === undefined || code === 10 || code === LESS || code === OPEN) break
  }
  return at
}

/** `"…" + "…"`, and `"…" "…"` of languages that put texts together without a sign. */
function afterConcatenation(codes: Uint8Array, at: number, meter: Meter): number | undefined {
  const behind = afterRun(codes, at + 1, WHITE, meter)
  const next = codes[behind] === PLUS ? afterRun(codes, behind + 1, WHITE, meter) : behind
  // Two quotes at one place are an empty text or an escaped quote.
  return next > at + 1 && codes[next] === codes[at] ? next + 1 : undefined
}

/** The first text of a node from here on, whatever marks stand before it. */
function afterSeam(codes: Uint8Array, at: number, meter: Meter): number {
  for (let start = at + 1; start < at + SEAM_LIMIT; start++) {
    meter.steps += 1
    if (codes[start] === undefined) break
    const end = codes[start] === QUOTE ? afterTextKey(codes, start, meter) : undefined
    if (end !== undefined) return end
  }
  return at
}

function afterTextKey(codes: Uint8Array, at: number, meter: Meter): number | undefined {
  let end = at
  for (const part of TEXT_KEY) {
    for (const code of part) {
      meter.steps += 1
      if (codes[end] !== code) return undefined
      end += 1
    }
    // Behind the text itself a space is one of it.
    if (part !== TEXT_KEY.at(-1)) end = afterRun(codes, end, WHITE, meter)
  }
  return end
}
