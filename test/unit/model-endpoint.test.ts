import { describe, expect, it } from 'vitest'
import { modelClient } from '../../shared/aws/model-client.ts'
import { ModelEndpoint } from '../../shared/config.ts'

const isAccepted = (address: string) => ModelEndpoint.safeParse(address).success

describe('the address of a server in place of Bedrock', () => {
  it.each([
    'https://models.example.com',
    'https://models.example.com:8443/bedrock',
    'https://vpce-0123456789abcdef0-abcdefgh.bedrock-runtime.us-east-1.vpce.amazonaws.com',
    'HTTPS://MODELS.EXAMPLE.COM',
    'http://127.0.0.1:8080',
    'http://localhost:8080/',
    'http://LOCALHOST',
  ])('may be %s', (address) => {
    expect(isAccepted(address)).toBe(true)
  })

  it.each([
    ['another machine by http', 'http://models.example.com'],
    ['a private address by http', 'http://192.0.2.10:8080'],
    ['every address of this machine', 'http://0.0.0.0:8080'],
    ['a name that begins with localhost', 'http://localhost.example.com'],
    ['a name that ends in localhost', 'http://models.localhost'],
    ['loopback as the user of another host', 'http://127.0.0.1@models.example.com'],
    ['loopback as the user of another host, with a password', 'http://localhost:8080@models.example.com'],
    ['a password', 'https://user:secret@models.example.com'],
    ['a user', 'https://user@models.example.com'],
    ['a query', 'https://models.example.com/?key=1'],
    ['an empty query', 'https://models.example.com/?'],
    ['a fragment', 'https://models.example.com/#models'],
    ['the address of metadata', 'http://169.254.169.254/'],
    ['another scheme', 'file:///etc/passwd'],
    ['a scheme that holds an address', 'ftp://127.0.0.1'],
    ['no scheme', '127.0.0.1:8080'],
    ['nothing', ''],
    ['a text without an end', `https://models.example.com/${'a'.repeat(500)}`],
  ])('may not be %s', (_, address) => {
    expect(isAccepted(address)).toBe(false)
  })

  it.each(['http://127.1:8080', 'http://2130706433:8080', 'http://0x7f.0.0.1:8080'])(
    'is taken for this machine where it is, however it is written: %s',
    (address) => {
      expect(isAccepted(address)).toBe(true)
    },
  )

  it('is called with nothing of worth where it is this machine, with or without a region', async () => {
    for (const region of [undefined, 'eu-central-1']) {
      const { config } = modelClient({ region, endpoint: 'http://127.0.0.1:8080' })
      expect(await config.region()).toBe(region ?? 'us-east-1')
      expect(await config.credentials()).toMatchObject({ accessKeyId: 'local', secretAccessKey: 'local' })
      expect(await config.authSchemePreference()).toEqual(['sigv4'])
    }
  })

  it('is where an https server is called, by the region that is named', async () => {
    const { config } = modelClient({ region: 'eu-central-1', endpoint: 'HTTPS://models.example.com/bedrock' })
    expect(await config.region()).toBe('eu-central-1')
    expect(await config.endpoint?.()).toMatchObject({ protocol: 'https:', hostname: 'models.example.com', path: '/bedrock' })
  })
})
