import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { proxiesIn } from '../../local/console/proxies.ts'
import { type ShareOptions, sharingBy } from '../../local/console/share-options.ts'

const WHOLE = { host: '10.0.1.5', port: 8080, identityHeader: 'X-Forwarded-User', proxy: '10.0.1.7', origin: 'https://console.example.com' }

describe('the options of a shared console', () => {
  it('share nothing unless they are named', () => {
    expect(sharingBy({})).toBeUndefined()
    expect(sharingBy({ port: 4000, host: '127.0.0.1' })).toBeUndefined()
  })

  it('name all that is needed, on loopback too', () => {
    expect(sharingBy(WHOLE)).toMatchObject({ host: '10.0.1.5', port: 8080, identityHeader: 'X-Forwarded-User', origin: WHOLE.origin })
    expect(sharingBy({ ...WHOLE, host: '127.0.0.1' })).toBeDefined()
    expect(sharingBy({ ...WHOLE, origin: `${WHOLE.origin}/` })?.origin).toBe(WHOLE.origin)
  })

  it.each(['identityHeader', 'proxy', 'origin', 'port'] as const)('are refused where %s alone is missing', (missing) => {
    const { [missing]: _, ...rest } = WHOLE
    expect(() => sharingBy(rest)).toThrow(/--(identity-header|proxy|origin|port)/)
  })

  it.each(['0.0.0.0', '::', '10.0.1.5', '127.0.0.2', '::1', 'localhost', ''])('never serve on %s without an identity header', (host) => {
    for (const more of [{}, { port: 8080 }, { proxy: WHOLE.proxy }, { proxy: WHOLE.proxy, origin: WHOLE.origin, port: 8080 }])
      expect(() => sharingBy({ host, ...more })).toThrow(/--identity-header|--host must be an address/)
  })

  it.each(['localhost', 'console.example.com', '10.0.1', '10.0.1.5:80', 'fe80::1%eth0', '*'])(
    'take no host %s, which is no address',
    (host) => {
      expect(() => sharingBy({ ...WHOLE, host })).toThrow('--host must be an address of this machine')
    },
  )

  it.each([
    'Authorization',
    'cookie',
    'Host',
    'Origin',
    'User-Agent',
    'From',
    'X-Forwarded-For',
    'X-Real-IP',
    'Sec-Fetch-Site',
    'X-Amzn-Oidc-Data',
    'X-Amzn-Oidc-Accesstoken',
    'X-Forwarded-Access-Token',
    'Accept-Language',
    'X_User',
    'X User',
    'X-User:',
    '',
  ])('take no identity header %s, which anybody sends or which holds a secret', (identityHeader) => {
    expect(() => sharingBy({ ...WHOLE, identityHeader })).toThrow('--identity-header must be')
  })

  it('take no header that is called after a token or a key, whoever sets it', () => {
    const before = fc.constantFrom('X-', 'X-Auth-Request-', 'X-Forwarded-', 'X-Goog-Iap-', 'X-MS-Token-AAD-', 'Cf-Access-', '')
    const kind = fc.constantFrom(
      'Access-Token',
      'Id-Token',
      'Refresh-Token',
      'Auth-Token',
      'AccessToken',
      'Session-Token',
      'Api-Key',
      'Jwt-Assertion',
    )
    fc.assert(
      fc.property(before, kind, fc.boolean(), (start, end, isSmall) => {
        const name = `${start}${end}`
        expect(() => sharingBy({ ...WHOLE, identityHeader: isSmall ? name.toLowerCase() : name })).toThrow(
          /must be a header that your proxy/,
        )
      }),
    )
  })

  it.each([
    'X-Forwarded-User',
    'X-Forwarded-Email',
    'X-Identity',
    'X-Token-Owner',
    'X-Auth-Request-Email',
    'Remote-User',
    'X-Amzn-Oidc-Identity',
    'Cf-Access-Authenticated-User-Email',
  ])('take the identity header %s', (identityHeader) => {
    expect(sharingBy({ ...WHOLE, identityHeader })?.identityHeader).toBe(identityHeader)
  })

  it.each([
    'http://console.example.com',
    'https://console.example.com/path',
    'https://console.example.com?q',
    'https://user:secret@console.example.com',
    'https://CONSOLE.example.com',
    'console.example.com',
    'https://',
    '',
  ])('take no origin %s', (origin) => {
    expect(() => sharingBy({ ...WHOLE, origin })).toThrow('--origin must be https:// and a host')
  })

  it('never share by options of which one is nonsense', () => {
    const option = fc.option(fc.oneof(fc.constantFrom(...Object.values(WHOLE).map(String)), fc.string()), { nil: undefined })
    fc.assert(
      fc.property(fc.record({ host: option, identityHeader: option, proxy: option, origin: option }), (options) => {
        const said = { port: 8080, ...options } as ShareOptions
        let sharing: ReturnType<typeof sharingBy>
        try {
          sharing = sharingBy(said)
        } catch {
          return
        }
        if (sharing === undefined) expect([undefined, '127.0.0.1']).toContain(said.host)
        else expect([said.identityHeader, said.proxy, said.origin]).not.toContain(undefined)
      }),
    )
  })
})

describe('the proxies', () => {
  it('are the addresses and ranges that are named, in either notation', () => {
    const proxies = proxiesIn('10.0.1.7, 10.0.2.0/24,2001:db8::/64')
    for (const address of ['10.0.1.7', '::ffff:10.0.1.7', '10.0.2.255', '2001:db8::1', '2001:0db8:0000:0000::1'])
      expect(proxies.has(address)).toBe(true)
    for (const address of ['10.0.1.8', '10.0.3.0', '::ffff:10.0.1.8', '2001:db8:0:1::1', '::1', '', 'x', '10.0.1.7 '])
      expect(proxies.has(address)).toBe(false)
  })

  it.each([
    '',
    ',',
    '10.0.1.7,',
    'proxy.example.com',
    '10.0.1',
    '10.0.1.7/33',
    '10.0.1.7/',
    '10.0.1.7/-1',
    '10.0.1.7/24/24',
    '2001:db8::/129',
    'fe80::1%eth0',
    '*',
  ])('are never "%s"', (text) => {
    expect(() => proxiesIn(text)).toThrow('--proxy must be the addresses or ranges')
  })

  it.each(['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/15', '::/0', '2001:db8::/43'])('are not as many as %s holds', (text) => {
    expect(() => proxiesIn(text)).toThrow('is wider than')
  })

  it.each(['::ffff:0:0/96', '::ffff:10.0.1.7', '::/44', '::/80', '0:0:0:0:0:ffff::/100'])('are not IPv4 behind %s', (text) => {
    expect(() => proxiesIn(text)).toThrow('holds addresses of IPv4')
  })

  it('are at most 64', () => {
    expect(() => proxiesIn(Array.from({ length: 65 }, (_, at) => `10.0.1.${at}`).join())).toThrow('has 65 entries')
  })

  it('are nobody outside their range, whatever the range', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 16, max: 32 }), fc.ipV4(), (network, prefix, address) => {
        const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
        const cut = (text: string) => Math.floor(number(text) / 2 ** (32 - prefix))
        expect(proxiesIn(`${network}/${prefix}`).has(address)).toBe(cut(network) === cut(address))
      }),
    )
  })
})
