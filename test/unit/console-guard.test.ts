import { describe, expect, it } from 'vitest'
import { AUTHORITY, consoleWorld, ORIGIN, TOKEN } from '../console.ts'

describe('who gets into the console', async () => {
  const { app, get, incident, target } = await consoleWorld()
  const form = { method: 'POST', body: 'kind=legitimate&reason=x&revision=0000000000000000' }
  const formHeaders = { host: AUTHORITY, 'content-type': 'application/x-www-form-urlencoded' }

  it('lets in who has the token, and nobody with a wrong one, a shorter one, a longer one or none', async () => {
    expect((await get('/')).status).toBe(200)
    for (const path of ['/', `/${TOKEN.slice(0, -1)}/`, `/${TOKEN}x/`, '/wrong/', `/${TOKEN.toUpperCase()}/`, '//', `/x/${TOKEN}/`]) {
      const answer = await app.request(path, { headers: { host: AUTHORITY } })
      expect([path, answer.status]).toEqual([path, 404])
      expect(await answer.text()).not.toContain(TOKEN)
    }
  })

  it.each([
    'attacker.example',
    'attacker.example:4000',
    '127.0.0.1:4001',
    '127.0.0.1',
    'localhost:4000',
    '',
    '127.0.0.1:4000.attacker.example',
  ])('refuses the host %s, so a name that points here reads nothing', async (host) => {
    const answer = await get('/', { host })
    expect(answer.status).toBe(403)
    expect(await answer.text()).not.toContain('ci-build')
  })

  it.each(['cross-site', 'same-site', 'anything'])('refuses what a browser says comes %s', async (site) => {
    expect((await get('/', { 'sec-fetch-site': site })).status).toBe(403)
  })

  it.each(['same-origin', 'none'])('lets in what a browser says comes %s', async (site) => {
    expect((await get('/', { 'sec-fetch-site': site })).status).toBe(200)
  })

  it.each([
    ['no origin', {}],
    ['the origin null', { origin: 'null' }],
    ['another origin', { origin: 'https://attacker.example' }],
    ['its host on another port', { origin: 'http://127.0.0.1:4001' }],
    ['its host over https', { origin: `https://${AUTHORITY}` }],
    ['its origin, and another site', { origin: ORIGIN, 'sec-fetch-site': 'cross-site' }],
  ])('takes no verdict with %s', async (_, headers) => {
    const answer = await app.request(`/${TOKEN}/incidents/${incident.id}/verdict`, { ...form, headers: { ...formHeaders, ...headers } })
    expect(answer.status).toBe(403)
    expect((await target.incidents.get(incident.id))?.value.state).toBe(incident.state)
  })

  it('changes nothing by any other method', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await app.request(`/${TOKEN}/incidents/${incident.id}/verdict`, {
        method,
        headers: { host: AUTHORITY, origin: ORIGIN },
      })
      expect(answer.status).toBe(404)
    }
  })

  it('sets no cookie, and tells the browser to load, frame, keep and pass on nothing', async () => {
    for (const path of ['/', '/nothing', `/incidents/${incident.id}`, '/style.css', '/pulse.js']) {
      const { headers } = await get(path)
      expect(headers.get('set-cookie')).toBeNull()
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})
