import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { consoleApp } from '../../local/console/app.ts'
import { proxiesIn } from '../../local/console/proxies.ts'
import { serveShared } from '../../local/console/serve.ts'
import type { Share } from '../../local/console/shared-guard.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { consoleWorld } from '../console.ts'
import { freePort } from '../free-port.ts'

const PROXY = '192.0.2.7'
const HOST = 'console.example.com'
const HEADER = 'X-Forwarded-User'

/** A console that is shared, and the lines that it logs. */
async function sharedWorld(parts: Parameters<typeof consoleWorld>[0] = {}) {
  const world = await consoleWorld(parts)
  const lines: { event: string; [field: string]: unknown }[] = []
  const line = (event: string, fields: Readonly<Record<string, unknown>> = {}) => void lines.push({ event, ...fields })
  const share: Share = {
    identityHeader: HEADER,
    proxies: proxiesIn(`${PROXY}, 2001:db8::/64`),
    origin: `https://${HOST}`,
    log: { info: line, warn: line },
  }
  const { target, ports } = world
  const app = consoleApp({ target, geoIp: ports.geoIp, clock: ports.clock, share })
  /** Asks as a proxy does. `raw`: the headers as name and value by turns; `peer`: the address of the connection. */
  const ask = (
    path: string,
    { method = 'GET', peer = PROXY, raw = ['Host', HOST, HEADER, 'anna@example.com'], headers = {}, body }: Asked = {},
  ) =>
    app.request(
      path,
      { method, headers, ...(body === undefined ? {} : { body }) },
      { incoming: { socket: { remoteAddress: peer }, rawHeaders: raw } },
    )
  return { ...world, app, share, lines, ask }
}

interface Asked {
  readonly method?: string
  readonly peer?: string | undefined
  readonly raw?: readonly string[]
  readonly headers?: Record<string, string>
  readonly body?: string
}

describe('who reads a shared console', async () => {
  const { ask, incident, lines } = await sharedWorld()

  it('is whom a proxy names, and the page says who that is', async () => {
    for (const peer of [PROXY, `::ffff:${PROXY}`, '2001:db8::9']) {
      const answer = await ask('/', { peer })
      expect([peer, answer.status]).toEqual([peer, 200])
      expect(await answer.text()).toContain('you are anna@example.com · read-only')
    }
  })

  it.each(['192.0.2.8', '127.0.0.1', '::1', '::ffff:192.0.2.8', '2001:db8:0:1::9', 'fe80::1%eth0', '', PROXY.slice(0, -1)])(
    'is nobody at %s, which is no proxy, whatever the headers say',
    async (peer) => {
      const raw = ['Host', HOST, HEADER, 'anna@example.com', 'X-Forwarded-For', PROXY, 'X-Real-IP', PROXY, 'Forwarded', `for=${PROXY}`]
      const answer = await ask(`/incidents/${incident.id}`, { peer, raw })
      expect(answer.status).toBe(403)
      expect(await answer.text()).not.toContain('ci-build')
    },
  )

  const named = (...values: string[]) => ['Host', HOST, ...values.flatMap((value) => [HEADER, value])]
  it.each([
    ['no identity header', ['Host', HOST]],
    ['an empty one', named('')],
    ['one of blanks', named(' \t ')],
    ['two', named('anna@example.com', 'root@example.com')],
    ['two that are the same', named('anna@example.com', 'anna@example.com')],
    ['an empty one beside one that is not', named('', 'anna@example.com')],
    ['two in other letters', ['Host', HOST, 'x-forwarded-user', 'anna', 'X-FORWARDED-USER', 'root']],
    ['two, one by underscores', ['Host', HOST, HEADER, 'anna', 'X_Forwarded_User', 'root']],
    ['two that a proxy joined', named('anna@example.com, root@example.com')],
    ['a JSON Web Token', named('eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl')],
    ['an Authorization', named('Bearer secret-of-anna')],
    ['more than a name has', named('a'.repeat(255))],
    ['another host', ['Host', 'attacker.example', HEADER, 'anna']],
    ['the host on a port', ['Host', `${HOST}:8080`, HEADER, 'anna']],
    ['no host', [HEADER, 'anna']],
    ['two hosts', ['Host', HOST, 'Host', 'attacker.example', HEADER, 'anna']],
  ])('is nobody with %s, and what the header held is neither shown nor logged', async (_, raw) => {
    const from = lines.length
    const answer = await ask('/', { raw })
    expect(answer.status).toBe(403)
    const said = `${await answer.text()}${JSON.stringify(lines.slice(from))}`
    expect(said).toMatch(/countersign: refused: .+console\.refused/s)
    expect(said).not.toMatch(/anna|root@|secret|eyJ|aaaa|attacker|ci-build/)
  })

  it('is named by UTF-8 as well, without what could turn the text of the page or the log', async () => {
    const name = Buffer.from('jörg\u202e<b>', 'utf8').toString('latin1')
    const answer = await ask('/', { raw: named(name) })
    expect(await answer.text()).toContain('you are jörg·&lt;b&gt; · read-only')
    expect(lines.at(-1)).toMatchObject({ event: 'console.viewed', who: 'jörg·<b>' })
  })

  it('is logged by name, with the page and without what was searched for', async () => {
    const from = lines.length
    await ask(`/incidents/${incident.id}?part=0`)
    for (const path of ['/style.css', '/pulse.js', '/pulse']) expect((await ask(path)).status).toBe(200)
    expect(lines.slice(from)).toEqual([
      { event: 'console.viewed', who: 'anna@example.com', path: `/incidents/${incident.id}`, status: 200 },
    ])
  })
})

describe('a link to a shared console', async () => {
  const { ask, incident } = await sharedWorld()
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

  it('leads from another site, such as Slack, to an incident and to the open ones', async () => {
    for (const path of ['/', `/incidents/${incident.id}`]) expect((await ask(path, { headers: link })).status, path).toBe(200)
  })

  it.each(['/?all=1', '/record', '/record?q=x', '/record/check', '/patterns', '/metrics', '/identities', '/sources'])(
    'leads from another site not to %s, which reads much',
    async (path) => {
      expect((await ask(path, { headers: link })).status).toBe(403)
      expect((await ask(path, { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(200)
    },
  )

  it.each([
    ['a script', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
    ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['fetch', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ])('is not read by %s of another site', async (_, headers) => {
    for (const site of ['cross-site', 'same-site', 'anything'])
      expect((await ask(`/incidents/${incident.id}`, { headers: { ...headers, 'sec-fetch-site': site } })).status).toBe(403)
  })

  it('has no token, and confirms nothing that nobody said here', async () => {
    const page = await (await ask(`/incidents/${incident.id}?said=done`)).text()
    expect(page).not.toContain('Noted')
    expect([...page.matchAll(/(?:href|src|action|data-pulse)="(\/[^"]*)"/g)].map(([, path]) => path)).toContain('/style.css')
  })
})

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'QUERY']

describe('a shared console', async () => {
  const { app, ask, incident, ports, target, get } = await sharedWorld()
  const own = consoleApp({ target, geoIp: ports.geoIp, clock: ports.clock, token: 't', authority: 'h' })
  const paths = [...new Set(own.routes.map(({ path }) => path.replace(/^\/t(?=\/|$)/, '')))].filter((path) => !path.includes('*'))
  const filled = (path: string) => path.replace(':id', encodeURIComponent(incident.id))

  it('has no route that is asked by another method than GET', () => {
    expect([...new Set(own.routes.map(({ method }) => method))]).toContain('POST')
    expect(app.routes.filter(({ method, path }) => method !== 'GET' && !(method === 'ALL' && path === '/*'))).toEqual([])
    expect(paths.length).toBeGreaterThan(15)
  })

  it('answers every route by every other method that it is read-only, and changes nothing', async () => {
    const before = JSON.stringify([await ports.incidents.get(incident.id), await ports.record.list(incidentSubject(incident.id))])
    const body = new URLSearchParams({ kind: 'legitimate', reason: 'x', revision: revisionOf(incident), value: 'country=DE' }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' }
    for (const path of paths)
      for (const method of METHODS) {
        const answer = await ask(filled(path), { method, headers, body })
        expect([method, path, answer.status]).toEqual([method, path, 405])
        expect(answer.headers.get('allow')).toBe('GET, HEAD')
        expect(await answer.text()).toContain('shared and read-only')
      }
    const override = await ask(filled('/incidents/:id/verdict'), { method: 'GET', headers: { 'x-http-method-override': 'POST' } })
    expect(override.status).toBe(404)
    expect(JSON.stringify([await ports.incidents.get(incident.id), await ports.record.list(incidentSubject(incident.id))])).toBe(before)
  })

  it('has the pages of a console of one’s own, and on none of them a form that changes something', async () => {
    const identity = `/identities/${encodeURIComponent(incident.identity.id)}`
    const reading = paths.filter((path) =>
      own.routes.some((route) => route.method === 'GET' && route.path === `/t${path === '/' ? '/' : path}`),
    )
    for (const path of [...reading.map(filled), identity, '/?all=1', '/record?q=x']) {
      const answer = await ask(path)
      const page = await answer.text()
      expect(page, path).not.toMatch(/method="?post|formaction|<button name=/i)
      if (!path.includes('inc-') || path.startsWith('/incidents')) expect([path, answer.status]).toEqual([path, 200])
    }
    expect(await (await get(`/incidents/${incident.id}`)).text()).toContain('method="post"')
  })

  it('says by which command a person decides', async () => {
    const page = await (await ask(`/incidents/${incident.id}`)).text()
    expect(page).toContain('How to decide')
    expect(page).not.toMatch(/your verdict/i)
    for (const word of ['release', 'confirm', 'extend']) expect(page).toContain(`${word} ${incident.id}`)
  })

  it('tells the browser what a console of one’s own tells it', async () => {
    const names = [
      'content-security-policy',
      'x-frame-options',
      'x-content-type-options',
      'referrer-policy',
      'cache-control',
      'cross-origin-resource-policy',
    ]
    const headersOf = ({ headers }: Response) => names.map((name) => headers.get(name))
    const wanted = headersOf(await get('/'))
    expect(wanted).not.toContain(null)
    for (const answer of [
      await ask('/'),
      await ask('/nothing'),
      await ask('/', { peer: '192.0.2.8' }),
      await ask('/', { method: 'POST' }),
    ]) {
      expect(headersOf(answer)).toEqual(wanted)
      expect(answer.headers.get('set-cookie')).toBeNull()
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it('makes its changing forms in one place, which leaves them out', () => {
    const folder = join(import.meta.dirname, '..', '..', 'local', 'console')
    const making = readdirSync(folder).filter((file) => /method="post"/i.test(readFileSync(join(folder, file), 'utf8')))
    expect(making).toEqual(['change-form.ts'])
  })
})

describe('a shared console on a socket', () => {
  it('goes by the address of the connection and by each header as it was sent', async () => {
    const { target, ports, share } = await sharedWorld()
    const port = await freePort()
    const parts = { target, geoIp: ports.geoIp, clock: ports.clock }
    const served = await serveShared(parts, { ...share, proxies: proxiesIn('127.0.0.1') }, { host: '127.0.0.1', port })
    expect(served.url).toBe(`https://${HOST}/`)
    const status = (headers: Record<string, string | string[]>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asking = request({ port, host: '127.0.0.1', path: '/', headers, agent: false }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
        asking.once('error', reject)
        asking.end()
      })
    expect(await status({ Host: HOST, [HEADER]: 'anna' })).toBe(200)
    expect(await status({ Host: HOST, [HEADER]: ['anna', 'root'] })).toBe(403)
    expect(await status({ Host: HOST })).toBe(403)
    expect(await status({ [HEADER]: 'anna' })).toBe(403)
    await served.close()
    const others = await serveShared(parts, share, { host: '127.0.0.1', port })
    expect(await status({ Host: HOST, [HEADER]: 'anna', 'X-Forwarded-For': PROXY })).toBe(403)
    await expect(serveShared(parts, share, { host: '192.0.2.1', port })).rejects.toThrow('192.0.2.1 is no address of this machine')
    await others.close()
  })
})
