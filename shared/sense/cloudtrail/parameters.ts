import { type Fields, HIDDEN, objectAt } from '../fields.ts'

/** The parameters of a call or its answer, and whether CloudTrail left them out. */
export interface Parameters {
  readonly fields: Fields
  readonly isOmitted: boolean
}

/**
 * The object in a field such as `requestParameters`. CloudTrail leaves out what exceeds the size of the field, and writes `omitted: true` in its place, with
 * the size and the reason beside it. It hides the whole object of some calls.
 *
 * @example { omitted: true, originalSize: 120001, reason: 'requestParameters too large' }
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function parametersAt(value: unknown, field: string): Parameters {
  if (value === HIDDEN) return HIDDEN_ALL
  const fields = objectAt(value, field)
  if (fields.omitted !== true && fields.omitted !== 'true') return { fields, isOmitted: false }
  // What is left beside the mark is read: a parameter of the call may be named like it.
  const { omitted: _, originalSize: __, reason: ___, ...left } = fields
  return { fields: left, isOmitted: true }
}

const HIDDEN_ALL: Parameters = { fields: Object.freeze({}), isOmitted: true }
