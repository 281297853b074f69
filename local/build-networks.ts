import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { numberOfV6 } from '../shared/geo/address-number.ts'
import { NETWORKS_FORMAT, type NetworksHeader } from '../shared/geo/networks.ts'

interface Range<N> {
  readonly start: N
  end: N
  readonly asn: number
}

/**
 * Makes the compact file of networks from the package `@ip-location-db/asn` (RouteViews and DB-IP, CC BY 4.0): adjacent
 * ranges of one network are merged, and each organisation is stored once.
 */
export async function buildNetworks(files: { v4: string; v6: string }): Promise<Buffer> {
  const organisations: Record<number, string> = {}
  const v4: Range<number>[] = []
  for await (const [start, end, asn, organisation] of rowsOf(files.v4)) {
    organisations[asn] ??= organisation
    join(v4, { start: Number(start), end: Number(end), asn }, (a, b) => a + 1 === b)
  }
  const v6: Range<bigint>[] = []
  for await (const [start, end, asn, organisation] of rowsOf(files.v6)) {
    organisations[asn] ??= organisation
    join(v6, { start: numberOfV6(start), end: numberOfV6(end), asn }, (a, b) => a + 1n >= b)
  }
  const named = Object.keys(organisations).map(Number)
  const names = named.map((asn) => Buffer.from(organisations[asn] ?? ''))
  let end = 0
  const ends = names.map(({ length }) => {
    end += length
    return end
  })
  const header: NetworksHeader = { format: NETWORKS_FORMAT, v4: v4.length, v6: v6.length, names: named.length }
  const columns = [
    new BigUint64Array(v6.map(({ start }) => start)),
    new BigUint64Array(v6.map(({ end }) => end)),
    new Uint32Array(v4.map(({ start }) => start)),
    new Uint32Array(v4.map(({ end }) => end)),
    new Uint32Array(v4.map(({ asn }) => asn)),
    new Uint32Array(v6.map(({ asn }) => asn)),
    // Integer keys of an object are in ascending order.
    new Uint32Array(named),
    new Uint32Array(ends),
  ]
  return Buffer.concat([Buffer.from(aligned(header)), ...columns.map(({ buffer }) => Buffer.from(buffer)), ...names])
}

/** The header with spaces behind it, so that what follows its NUL byte starts at a multiple of eight. */
function aligned(header: NetworksHeader): string {
  const text = JSON.stringify(header)
  return `${text}${' '.repeat(7 - (text.length % 8))}\0`
}

function join<N>(ranges: Range<N>[], next: Range<N>, touches: (end: N, start: N) => boolean): void {
  const last = ranges.at(-1)
  if (last !== undefined && last.asn === next.asn && touches(last.end, next.start)) last.end = next.end
  else ranges.push(next)
}

/** The rows of the CSV file: `start,end,number,organisation`, where the organisation may be quoted. */
async function* rowsOf(file: string): AsyncGenerator<[start: string, end: string, asn: number, organisation: string]> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const [, start, end, asn, name] = line.match(/^([^,]+),([^,]+),(\d+),(.*)$/) ?? []
    if (start !== undefined && end !== undefined)
      yield [start, end, Number(asn), (name ?? '').replace(/^"|"$/g, '').replaceAll('""', '"').slice(0, 60)]
  }
}
