import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildNetworks } from '../../local/build-networks.ts'
import { geoDatabases } from '../../local/geo-databases.ts'
import { PRIVATE_RANGES, RESERVED_RANGES } from '../../shared/domain/special-ranges.ts'
import { geoIpFrom } from '../../shared/geo/geo-ip.ts'
import { networksFrom } from '../../shared/geo/networks.ts'

const V4 = [
  '3221225984,3221226111,64500,"Example, Inc."',
  // Adjacent to the one before, and of the same network.
  '3221226112,3221226239,64500,"Example, Inc."',
  '3325256704,3325256959,64496,Zürich Example',
]
/** A range of 8.8.8.0 to 8.8.8.255, which is public: of those of documentation nothing is said. */
const PUBLIC = '134744064,134744319,64502,Example Public'
const V6 = ['2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,64511,', '2001:db8:1::,2001:db8:1:ffff:ffff:ffff:ffff:ffff,64497,Example SIX']

describe('the file of networks', () => {
  let folder: string
  let built: Buffer
  let path: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-networks-'))
    const [v4, v6] = [join(folder, 'v4.csv'), join(folder, 'v6.csv')]
    writeFileSync(v4, [PUBLIC, ...V4].join('\n'))
    writeFileSync(v6, V6.join('\n'))
    path = join(folder, 'networks.bin')
    built = await buildNetworks({ v4, v6 })
    writeFileSync(path, built)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each([
    ['192.0.2.0', { asn: 64_500, organisation: 'Example, Inc.' }],
    ['192.0.2.255', { asn: 64_500, organisation: 'Example, Inc.' }],
    ['198.51.100.7', { asn: 64_496, organisation: 'Zürich Example' }],
    ['2001:db8::1', { asn: 64_511, organisation: '' }],
    ['2001:db8:1::1', { asn: 64_497, organisation: 'Example SIX' }],
    ['192.0.1.255', undefined],
    ['192.0.3.0', undefined],
    ['2001:db8:2::1', undefined],
    ['example.com', undefined],
  ])('gives back of %s what it was built from', (address, network) => {
    const networkOf = networksFrom(path)
    expect([networkOf(address), networkOf(address)]).toEqual([network, network])
  })

  it('is refused where it was cut off, or is of another format', () => {
    const [cut, other] = [join(folder, 'cut.bin'), join(folder, 'other.bin')]
    writeFileSync(cut, built.subarray(0, -1))
    writeFileSync(other, built.toString('latin1').replace('countersign-networks-2', 'countersign-networks-1'), 'latin1')
    expect(() => networksFrom(cut)).toThrow(`cannot read the network database ${cut}: its length is not what its header says`)
    expect(() => networksFrom(other)).toThrow('its format is countersign-networks-1, not countersign-networks-2')
  })

  it('is missed at once, and read when the first address is looked up', async () => {
    const { countries } = await geoDatabases()
    const missing = join(folder, 'none.bin')
    expect(() => geoIpFrom({ countries, networks: missing })).toThrow(`cannot read the network database ${missing}: `)
    expect(() => geoIpFrom({ countries: missing, networks: path })).toThrow(`cannot read the country database ${missing}: `)
    const damaged = join(folder, 'damaged.bin')
    writeFileSync(damaged, '{}\0')
    const { locate } = geoIpFrom({ countries, networks: damaged })
    expect(() => locate('8.8.8.8')).toThrow(`cannot read the network database ${damaged}: `)
    expect(geoIpFrom({ countries, networks: path }).locate('8.8.8.8').network).toEqual({ asn: 64_502, organisation: 'Example Public' })
  })

  it.each([...PRIVATE_RANGES, ...RESERVED_RANGES])(
    'says nothing of where %s/%d is, which is nowhere, also where a database names a country',
    async (network, prefix) => {
      const { countries } = await geoDatabases()
      const { locate } = geoIpFrom({ countries, networks: path })
      for (const address of [network, lastOf(network, prefix)])
        expect(locate(address), address).toEqual({ country: undefined, network: undefined })
    },
  )

  it('says where addresses beside those ranges are', async () => {
    const { locate } = geoIpFrom(await geoDatabases())
    for (const address of ['8.8.8.8', '1.1.1.1', '2606:4700::1111']) expect(locate(address).network?.asn, address).toBeGreaterThan(0)
  })
})

/** The last address of a range, written in full. */
function lastOf(network: string, prefix: number): string {
  const [bits, width, separator] = network.includes(':') ? ([128n, 16n, ':'] as const) : ([32n, 8n, '.'] as const)
  const hosts = (1n << (bits - BigInt(prefix))) - 1n
  const groups = separator === '.' ? network.split('.') : fullV6(network)
  const first = groups.reduce((sum, group) => (sum << width) | BigInt(separator === '.' ? group : `0x${group}`), 0n)
  return Array.from({ length: groups.length }, (_, at) => ((first | hosts) >> (bits - width * BigInt(at + 1))) & ((1n << width) - 1n))
    .map((group) => group.toString(separator === '.' ? 10 : 16))
    .join(separator)
}

function fullV6(network: string): string[] {
  const [head = '', tail = ''] = network.split('::')
  const [before, after] = [head, tail].map((part) => part.split(':').filter((group) => group !== '')) as [string[], string[]]
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}
