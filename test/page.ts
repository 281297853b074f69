/** The drawings of a page, as SVG text. */
export function drawingsIn(page: string): string[] {
  return [...page.matchAll(/data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/g)].map(([, text]) =>
    Buffer.from(text ?? '', 'base64').toString(),
  )
}
