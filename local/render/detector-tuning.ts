import { counted } from '../../shared/domain/counted.ts'
import { type DetectorException, type DetectorTuning, EXCEPTION_KINDS, endOf } from '../../shared/domain/detector-tuning.ts'
import { printable } from '../../shared/domain/printable.ts'

/** How a policy tunes a detector at a time (epoch ms), in few words for a table; empty where it counts as it is. */
export function tuningText({ enabled, weight, except }: DetectorTuning, now: number): string {
  const ended = except.filter((one) => endOf(one) <= now).length
  const exceptions = counted(except.length, 'exception')
  return [
    ...(enabled ? [] : ['off']),
    ...(weight === 1 ? [] : [`× ${weight}`]),
    ...(except.length === 0 ? [] : [ended === 0 ? exceptions : `${exceptions}, ${ended} ended`]),
  ].join(', ')
}

/** What an exception is of, why and until when, as one line. */
export function exceptionLine(exception: DetectorException, now: number): string {
  const named = EXCEPTION_KINDS.flatMap((kind) => {
    const patterns = exception[kind]
    return patterns === undefined ? [] : [`${kind} ${patterns.map((pattern) => printable(pattern, 200)).join(' or ')}`]
  })
  const end = endOf(exception) <= now ? `ended ${exception.until}, and no longer applies` : `until ${exception.until}`
  return `${named.join(', and ')}: ${printable(exception.reason, 300)} (${end})`
}
