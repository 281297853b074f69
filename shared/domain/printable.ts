/** Makes text that an attacker may have written safe to print: clipped, and without control, bidirectional and zero-width characters. */
export function printable(text: string, limit: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean
}

/**
 * Text that whoever may tag chose, in which no program sees an address: those of mail make links of `https://…`, of `www.…`, of `somebody@…` and of each name with a dot in it. A
 * gap behind the signs that an address needs leaves it for people to read, and for nobody to press.
 */
export function withoutLinks(text: string): string {
  return text.replace(/[@.\u3002\uFF0E\uFF61\uFF20](?=\S)|\/(?=\/)/gu, '$& ')
}

/** A text with no address of the web that a mail program makes a link of. ARNs, addresses of callers and names of services stay as they are. */
export function withoutWebAddresses(text: string): string {
  return text.replaceAll('://', ': //').replace(/\bwww\./gi, (www) => `${www.slice(0, -1)} .`)
}
