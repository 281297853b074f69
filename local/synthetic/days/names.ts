import type { Random } from '../random.ts'
import { drawSome } from './draw.ts'

const GIVEN =
  'amara bruno celine dagmar emre fiona gustav hanneke ines jolanda kofi leonie mattis noor olga piotr quentin rosa sven tamsin ulla vikram wanda yusuf zita'
const FAMILY =
  'abara bergmann castell dubois ekstrom farkas grimaldi hoogland ivanic jansson kowal lindqvist moreau nakata oyelaran petrakis rahimi santoro tveit urban vantongeren weiss yildiz'
const SYSTEMS =
  'ledger catalog parcel booking meter tariff roster claims fleet studio orchid beacon quarry lantern voucher dossier pantry signal-hub timetable atlas compass mosaic'
const PARTS = 'api worker edge sync feed intake report notify search batch gateway admin mail ranker'
const ENVIRONMENTS = ['prod', 'live', 'staging', 'test', 'qa'] as const

const words = (text: string) => text.split(' ')

/** A name of a person, in one of the ways that firms write them. */
export function personName(random: Random): string {
  const given = random.pick(words(GIVEN))
  const family = random.pick(words(FAMILY))
  return random.pick([`${given}.${family}`, `${given[0]}${family}`, `${given}-${family[0]}`])
}

/** Names of systems that differ from one another. */
export function systemNames(random: Random, count: number): string[] {
  return drawSome(random, words(SYSTEMS), count)
}

/** A name of a part of a system: `parcel-worker`. */
export function componentName(random: Random): string {
  return `${random.pick(words(SYSTEMS))}-${random.pick(words(PARTS))}`
}

export function environmentName(random: Random): string {
  return random.pick(ENVIRONMENTS)
}

/** An id of EC2, RDS or EFS: `snap-0a1b…`. */
export function resourceId(random: Random, prefix: string): string {
  return `${prefix}-0${random.text(16, '0123456789abcdef')}`
}

/** Account ids of AWS's documentation, which nobody has. */
export const OUTSIDE_ACCOUNTS = { vendor: '111122223333', partner: '444455556666', stranger: '999988887777' } as const
