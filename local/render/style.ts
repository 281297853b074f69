import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Colours a text for a terminal; elsewhere, and where NO_COLOR is set, the text stays as it is. */
export type Paint = (format: Format, text: string) => string

/** Makes the `Paint` for an output stream. */
export function paintFor(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Paint {
  const isColoured = stream.isTTY === true && (env.NO_COLOR ?? '') === ''
  return (format, text) => (isColoured ? styleText(format, text, { validateStream: false }) : text)
}

/** A length of time with a readable unit. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 172_800_000) return `${(ms / 3_600_000).toFixed(1)} h`
  return `${Math.round(ms / 86_400_000)} days`
}

/** A time in UTC to the second, as `2026-01-31 12:00:00`. */
export function moment(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')
}

/** Rows as columns of equal width, two spaces apart. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((wide, row) => row.map((cell, at) => Math.max(wide[at] ?? 0, cell.length)), [])
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
