import type { Incident } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'

/** The advisor's opinion, or why there is none; empty where it was not asked. */
export function advisorText({ assessment: { opinion, baseRisk } }: Incident): string {
  if (opinion === undefined) return ''
  if (opinion.kind === 'fallback') return `no answer, ${opinion.cause}; the deterministic risk of ${baseRisk} counts`
  const sign = opinion.shift < 0 ? '' : '+'
  return `${baseRisk} ${sign}${opinion.shift} by ${printable(opinion.model, 60)}, whose likelihood is ${Math.round(opinion.likelihood)} of 100`
}
