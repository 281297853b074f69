/** Makes text that an attacker may have written safe to print: clipped, and without control, bidirectional and zero-width characters. */
export function printable(text: string, limit: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean
}
