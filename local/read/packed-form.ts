const MAGIC: readonly (readonly [form: string, bytes: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['parquet', [0x50, 0x41, 0x52, 0x31]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['7-Zip', [0x37, 0x7a, 0xbc, 0xaf]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
]

/** How a file is packed, by its first bytes; undefined where it is in no form that is known. */
export function packedForm(first: Buffer): string | undefined {
  if (first.toString('latin1', 257, 262) === 'ustar') return 'tar'
  return MAGIC.find(([, bytes]) => bytes.every((byte, at) => first[at] === byte))?.[0]
}
