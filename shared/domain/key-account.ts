const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * An access key id whose characters hold the account. Ids with `I` or `J` in the fifth place are older and hold none; the digits 0, 1, 8 and 9
 * are of no base32 alphabet, so such an id is one of documentation.
 */
const WITH_ACCOUNT = /^A[A-Z]IA(?![IJ])[A-Z2-7]{16}$/

/**
 * The account that an access key id was issued in, or undefined where the id does not say it.
 *
 * The characters from the fifth on are base32. Of their first 6 bytes the top bit and the last 7 bits are no part of the account.
 *
 * @example accountOfKey('AKIARZPUZDIKLIJVPG67') === '123456789012'
 */
export function accountOfKey(accessKeyId: string): string | undefined {
  if (!WITH_ACCOUNT.test(accessKeyId)) return undefined
  // Ten characters of 5 bits hold the 48 bits, and two bits more.
  let bits = 0n
  for (const character of accessKeyId.slice(4, 14)) bits = bits * 32n + BigInt(BASE32.indexOf(character))
  const account = ((bits >> 2n) & 0x7fff_ffff_ff80n) >> 7n
  return account > 999_999_999_999n ? undefined : String(account).padStart(12, '0')
}
