import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { viewerIn } from '../../local/console/viewer.ts'

const HEADER = 'x-forwarded-user'
const viewerOf = (value: string) => viewerIn([HEADER, Buffer.from(value, 'utf8').toString('latin1')], HEADER)

/** A header of a JSON Web Token in Base64. */
const HEAD = Buffer.from('{"alg":"none"}').toString('base64url')
const SECRET = 'Zm9yLXRlc3Rz'

const SCHEMES = ['Bearer', 'Basic', 'Digest', 'Negotiate', 'NTLM', 'DPoP', 'Token', 'ApiKey', 'Api-Key', 'AWS4-HMAC-SHA256'] as const
const GAPS = [' ', '  ', '\t', '\u00a0', '\u200b', '\u0001', ':', '=', '%20'] as const

const TOKENS: readonly string[] = [
  ...SCHEMES.flatMap((scheme) => GAPS.map((gap) => `${scheme}${gap}${SECRET}`)),
  `${HEAD}.${SECRET}.${SECRET}`,
  `${HEAD}.${SECRET}.`,
  `${HEAD}..${SECRET}.${SECRET}.${SECRET}`,
  `${HEAD}.`,
  ...['gho_', 'ghp_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_', 'xoxb-', 'xoxp-', 'xoxa-', 'xoxe-', 'xapp-'].map(
    (prefix) => `${prefix}${SECRET}`,
  ),
]

const BEFORE = ['', '"', "'", '`', '<', '(', '“', ' ', '\t', '\u200b', '\u0001', '" '] as const

describe('a header with a token in the place of a name', () => {
  it('says nobody, and nothing of the token, in whatever case and behind whatever quotes and signs', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TOKENS), fc.constantFrom(...BEFORE), fc.boolean(), (token, before, isSmall) => {
        // The header of a JSON Web Token in another case is no header of one.
        const value = isSmall && !token.startsWith(HEAD) ? token.toLowerCase() : token
        const viewer = viewerOf(`${before}${value}`)
        expect(viewer).toEqual({ kind: 'unknown', why: `the header ${HEADER} holds a token and no name` })
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    'anna',
    'anna@example.com',
    'Basil Bearerton',
    'Tokener',
    'token+list@example.com',
    'EXAMPLE\\anna',
    'Key West',
    'xoxo',
    'ghost',
    'github',
    "o'hara",
    'Zoë Bearer',
    'eyJolf',
    '0a1b2c3d-0000-4000-8000-000000000000',
  ])('is not %s, which is a name', (name) => {
    expect(viewerOf(name)).toEqual({ kind: 'known', name })
  })
})
