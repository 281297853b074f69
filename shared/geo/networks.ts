import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Network } from '../domain/network.ts'
import { ResponderError } from '../errors.ts'
import { numberOfV4, numberOfV6 } from './address-number.ts'

/** Identifies the file format that `local/build-networks.ts` writes. */
export const NETWORKS_FORMAT = 'countersign-networks-1'

/** The header of the file, as JSON before a NUL byte: the length of each part. */
export interface NetworksHeader {
  readonly format: typeof NETWORKS_FORMAT
  /** Ranges per IP version, and bytes of the JSON text with organisations. */
  readonly v4: number
  readonly v6: number
  readonly organisations: number
}

/**
 * Loads networks from a compact file of ranges, about 10 MB in memory. Throws `config.invalid` when the file cannot be read.
 *
 * The file has three columns per IP version: starts, ends and AS numbers, sorted by start. IPv6 ranges use their upper 64 bits.
 */
export function networksFrom(path: string): (address: string) => Network | undefined {
  const { v4, v6, organisations } = read(path)
  const found = (asn: number | undefined): Network | undefined =>
    asn === undefined ? undefined : { asn, organisation: organisations[asn] ?? '' }
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

function lookUp<N extends number | bigint>({ starts, ends, numbers }: Ranges<N>, address: N): number | undefined {
  let low = 0
  let high = starts.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    if ((starts[middle] as N) > address) high = middle - 1
    else if ((ends[middle] as N) < address) low = middle + 1
    else return numbers[middle]
  }
  return undefined
}

function read(path: string) {
  try {
    const bytes = readFileSync(path)
    const end = bytes.indexOf(0)
    const header = JSON.parse(bytes.toString('utf8', 0, end)) as NetworksHeader
    if (header.format !== NETWORKS_FORMAT) throw new Error(`its format is ${String(header.format)}, not ${NETWORKS_FORMAT}`)
    let at = end + 1
    const readBytes = (length: number) => {
      // Copied, because a BigUint64Array must start at a multiple of eight bytes.
      const part = bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + at + length)
      at += length
      return part
    }
    const v4: Ranges<number> = {
      starts: new Uint32Array(readBytes(header.v4 * 4)),
      ends: new Uint32Array(readBytes(header.v4 * 4)),
      numbers: new Uint32Array(readBytes(header.v4 * 4)),
    }
    const v6: Ranges<bigint> = {
      starts: new BigUint64Array(readBytes(header.v6 * 8)),
      ends: new BigUint64Array(readBytes(header.v6 * 8)),
      numbers: new Uint32Array(readBytes(header.v6 * 4)),
    }
    const organisations = JSON.parse(Buffer.from(readBytes(header.organisations)).toString('utf8')) as Record<number, string>
    return { v4, v6, organisations }
  } catch (cause) {
    throw new ResponderError(
      'config.invalid',
      `cannot read the network database ${path}: ${cause instanceof Error ? cause.message : 'unknown error'}`,
      { cause },
    )
  }
}
