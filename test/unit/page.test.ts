import { html } from 'hono/html'
import { describe, expect, it } from 'vitest'
import { chart } from '../../local/page/chart.ts'
import { shown, standAlone, table } from '../../local/page/document.ts'
import { drawingsIn } from '../page.ts'

const HOSTILE = `"><img src=x onerror=alert(1)><script>alert(2)</script>'\u202e\u0000`

describe('a page that stands alone', () => {
  it('escapes what others wrote in text, titles and attributes, and shows characters that nobody sees', async () => {
    const page = await standAlone(
      shown(HOSTILE),
      html`<h1 title="${shown(HOSTILE)}">${shown(HOSTILE)}</h1>${table([{ name: 'name' }], [[shown(HOSTILE)]], 'hostile')}`,
    )
    expect(page).not.toMatch(/<img|<script/)
    expect([...'\u202e\u0000'].filter((character) => page.includes(character))).toEqual([])
    expect(page).toContain('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;')
  })

  it('loads nothing and runs nothing, and says so to the browser', async () => {
    const page = await standAlone('Quiet', html`<p>nothing</p>`)
    expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:"`)
    expect(page).not.toMatch(/<script|<link|src=|url\(/)
  })
})

describe('a chart', () => {
  const option = {
    xAxis: { type: 'category', data: [shown(HOSTILE)] },
    yAxis: { type: 'value' },
    series: [{ type: 'bar', name: HOSTILE, data: [1] }],
  }

  it('is drawn for unitOfWork and phone, day and night, with its title in words', async () => {
    const markup = String(await chart(option, { title: 'How many' }))
    expect(drawingsIn(markup)).toHaveLength(4)
    expect(markup.match(/media="[^"]+"/g)).toEqual([
      'media="(max-width: 40rem) and (prefers-color-scheme: dark)"',
      'media="(max-width: 40rem)"',
      'media="(prefers-color-scheme: dark)"',
    ])
    expect(markup).toContain('<figcaption>How many</figcaption>')
    expect(markup).toContain('alt="How many"')
  })

  it('holds no markup of others: neither beside the drawing nor in it', async () => {
    const markup = String(await chart(option, { title: shown(HOSTILE) }))
    expect(markup).not.toMatch(/<script|onerror=alert\(1\)>/)
    for (const drawing of drawingsIn(markup)) {
      expect(drawing).toContain('<svg')
      expect(drawing).not.toMatch(/<script|<img|<foreignObject/i)
      expect(drawing).toContain('&lt;img')
    }
  })
})
