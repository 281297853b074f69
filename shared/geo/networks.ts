import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Network } from '../domain/network.ts'
import { ResponderError } from '../errors.ts'
import { numberOfV4, numberOfV6 } from './address-number.ts'

/** Identifies the file format that `local/build-networks.ts` writes. */
export const NETWORKS_FORMAT = 'countersign-networks-2'

/** The header of the file, as JSON before a NUL byte: the length of each part. */
export interface NetworksHeader {
  readonly format: typeof NETWORKS_FORMAT
  /** Ranges per IP version, and how many networks have a name. */
  readonly v4: number
  readonly v6: number
  readonly names: number
}

/**
 * Loads networks from a compact file of ranges, about 10 MB in memory. Throws `config.invalid` when the file cannot be read.
 *
 * The file has three columns per IP version: starts, ends and AS numbers, sorted by start. IPv6 ranges use their upper 64 bits. The names of the
 * organisations follow as one text, with the place of each in two columns sorted by AS number. Columns of eight bytes come first and start at a multiple of
 * eight, so that all are used where they lie and nothing is parsed.
 */
export function networksFrom(path: string): (address: string) => Network | undefined {
  const { v4, v6, names } = read(path)
  // Networks that were found: a name is decoded once.
  const networks = new Map<number, Network>()
  const found = (asn: number | undefined): Network | undefined => {
    if (asn === undefined) return undefined
    const known = networks.get(asn)
    if (known !== undefined) return known
    const network = { asn, organisation: nameOf(asn, names) }
    networks.set(asn, network)
    return network
  }
  return (address) => {
    const version = isIP(address)
    if (version === 4) return found(lookUp(v4, numberOfV4(address)))
    return version === 6 ? found(lookUp(v6, numberOfV6(address))) : undefined
  }
}

interface Ranges<N> {
  readonly starts: ArrayLike<N>
  readonly ends: ArrayLike<N>
  readonly numbers: Uint32Array
}

interface Names {
  readonly numbers: Uint32Array
  /** Where each name ends in the text, in bytes. */
  readonly ends: Uint32Array
  readonly text: Buffer
}

function lookUp<N extends number | bigint>({ starts, ends, numbers }: Ranges<N>, address: N): number | undefined {
  return numbers[placeOf(address, starts, ends)]
}

/** The place of the range that contains a value, or -1. */
function placeOf<N extends number | bigint>(value: N, starts: ArrayLike<N>, ends: ArrayLike<N>): number {
  let low = 0
  let high = starts.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    if ((starts[middle] as N) > value) high = middle - 1
    else if ((ends[middle] as N) < value) low = middle + 1
    else return middle
  }
  return -1
}

function nameOf(asn: number, { numbers, ends, text }: Names): string {
  const at = placeOf(asn, numbers, numbers)
  return text.toString('utf8', ends[at - 1] ?? 0, ends[at] ?? 0)
}

function read(path: string) {
  try {
    const bytes = readFileSync(path)
    const end = bytes.indexOf(0)
    const header = JSON.parse(bytes.toString('utf8', 0, end)) as NetworksHeader
    if (header.format !== NETWORKS_FORMAT) throw new Error(`its format is ${String(header.format)}, not ${NETWORKS_FORMAT}`)
    // A typed array has to start at a multiple of its element's size, which a buffer of Node's pool does not.
    const { buffer, byteOffset } = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes)
    let at = byteOffset + end + 1
    const column = <C>(Type: new (buffer: ArrayBufferLike, at: number, length: number) => C, length: number, size: number): C => {
      const values = new Type(buffer, at, length)
      at += length * size
      return values
    }
    const longs = (length: number) => column(BigUint64Array, length, 8)
    const numbers = (length: number) => column(Uint32Array, length, 4)
    const [starts, ends] = [longs(header.v6), longs(header.v6)]
    const v4: Ranges<number> = { starts: numbers(header.v4), ends: numbers(header.v4), numbers: numbers(header.v4) }
    const v6: Ranges<bigint> = { starts, ends, numbers: numbers(header.v6) }
    const named = { numbers: numbers(header.names), ends: numbers(header.names) }
    const textLength = named.ends.at(-1) ?? 0
    if (at + textLength !== byteOffset + bytes.length) throw new Error('its length is not what its header says')
    return { v4, v6, names: { ...named, text: Buffer.from(buffer, at, textLength) } }
  } catch (cause) {
    throw new ResponderError(
      'config.invalid',
      `cannot read the network database ${path}: ${cause instanceof Error ? cause.message : 'unknown error'}`,
      { cause },
    )
  }
}
