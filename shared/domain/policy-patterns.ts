import * as z from 'zod'

/** A pattern of the ARNs of identities, in which `*` is any text. */
export const ArnPattern = z.string().min(1).max(2048)

/** An address, a range or an autonomous system: `203.0.113.7`, `203.0.113.0/24`, `AS64496`. */
export const NetworkPattern = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.string().regex(/^AS[1-9]\d{0,9}$/)], {
  error: 'must be an address, a range such as 203.0.113.0/24, or a network such as AS64496',
})
