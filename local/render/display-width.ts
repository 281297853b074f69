import { stripVTControlCharacters } from 'node:util'

/** The narrowest terminal that is written for: in a narrower one its own folding does less harm than ours. */
const NARROWEST = 40

const ASCII = /^[\x20-\x7e]*$/
/** Marks and format characters stand on the character before them. */
const NO_CELL = /[\p{Mn}\p{Me}\p{Cf}]/u
/** The scripts and forms that Unicode Standard Annex 11 calls wide, and what is drawn as a picture. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u

/** How many cells of a terminal a text takes: none for colours and marks, two for a wide character. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  let cells = 0
  for (const character of stripVTControlCharacters(text)) cells += NO_CELL.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return cells
}

/** The width that is written for; none where the stream is no terminal, or one that reports no width. */
export function terminalWidth({ isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): number | undefined {
  return isTTY === true && columns !== undefined && columns > 0 ? Math.max(NARROWEST, columns) : undefined
}
