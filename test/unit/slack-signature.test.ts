import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSigned } from '../../shared/slack/signature.ts'
import { SIGNING_SECRET, signed } from '../slack.ts'

const AT = Date.parse('2026-01-31T12:00:00Z')

const request = ({ body, headers }: ReturnType<typeof signed>) => ({
  body,
  timestamp: headers['x-slack-request-timestamp'],
  signature: headers['x-slack-signature'],
})

describe("Slack's signature", () => {
  it('holds for any bytes, and for no other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (body, place, bits) => {
        const right = request(signed(body, { at: AT }))
        expect(isSigned(right, SIGNING_SECRET, { now: AT })).toBe(true)
        const wrong = Uint8Array.from(body)
        wrong[place % wrong.length] = (wrong[place % wrong.length] as number) ^ bits
        expect(isSigned({ ...right, body: wrong }, SIGNING_SECRET, { now: AT })).toBe(false)
        expect(isSigned(right, `${SIGNING_SECRET}0`, { now: AT })).toBe(false)
      }),
    )
  })

  it.each([
    [-301, false],
    [-300, true],
    [0, true],
    [300, true],
    [301, false],
  ])('of a request %i seconds from now is taken: %s', (seconds, isTaken) => {
    expect(isSigned(request(signed('payload=x', { at: AT + seconds * 1000 })), SIGNING_SECRET, { now: AT })).toBe(isTaken)
  })

  it('is what Slack documents: an example made by hand', () => {
    // printf 'v0:1531420618:token=x' | openssl dgst -sha256 -hmac secret
    const signature = 'v0=633ec74f3ea2689a9cfc1fa49494a96b74ad596089378b53ceb9a899f9c799b9'
    const body = Buffer.from('token=x')
    const known = request(signed(body, { at: 1_531_420_618_000, secret: 'secret' }))
    expect(known.signature).toBe(signature)
    expect(isSigned(known, 'secret', { now: 1_531_420_618_000 })).toBe(true)
  })

  it('is refused in any other form, whatever the clock says', () => {
    const right = request(signed('payload=x', { at: AT }))
    fc.assert(
      fc.property(fc.string(), (signature) => {
        expect(isSigned({ ...right, signature }, SIGNING_SECRET, { now: AT })).toBe(false)
      }),
    )
    expect(isSigned({ ...right, signature: right.signature?.toUpperCase() }, SIGNING_SECRET, { now: AT })).toBe(false)
    expect(isSigned({ ...right, timestamp: undefined }, SIGNING_SECRET, { now: AT })).toBe(false)
    expect(isSigned(right, SIGNING_SECRET, { now: Number.NaN })).toBe(false)
  })
})
