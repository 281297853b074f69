import { counted } from '../../shared/domain/counted.ts'
import type { Advisor, AdvisorAnswer } from '../../shared/ports/advisor.ts'
import { PRICES_AS_OF, priceOf } from './prices.ts'

/** Questions, answers, latency, tokens and cost of an advisor over a whole evaluation. */
export interface QuestionFigures {
  readonly model: string
  readonly events: number
  readonly asked: number
  readonly answered: number
  readonly fallbacks: Readonly<Record<string, number>>
  /** Milliseconds of an answer. */
  readonly p50: number | null
  readonly p95: number | null
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars for 1,000 events, by the prices of `pricesAsOf`; null where the table has no price of the model. */
  readonly costPerThousandEvents: number | null
  readonly pricesAsOf: string
}

/** Wraps an advisor and collects its answers. */
export function noted(advisor: Advisor): { advisor: Advisor; figures(model: string, events: number): QuestionFigures } {
  const answers: AdvisorAnswer[] = []
  return {
    advisor: {
      async advise(pack, limits) {
        const answer = await advisor.advise(pack, limits)
        answers.push(answer)
        return answer
      },
    },
    figures(model, events) {
      const given = answers.flatMap((answer) => (answer.kind === 'answered' ? answer : []))
      const fallbacks: Record<string, number> = {}
      for (const answer of answers) if (answer.kind === 'fallback') fallbacks[answer.cause] = (fallbacks[answer.cause] ?? 0) + 1
      const sum = (of: 'inputTokens' | 'outputTokens') => given.reduce((total, one) => total + one[of], 0)
      const price = model === 'offline' ? { input: 0, output: 0 } : priceOf(model)
      const cost = price === undefined ? null : (sum('inputTokens') * price.input + sum('outputTokens') * price.output) / 1e6
      const times = given.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
      return {
        model,
        events,
        asked: answers.length,
        answered: given.length,
        fallbacks,
        p50: quantile(times, 0.5),
        p95: quantile(times, 0.95),
        inputTokens: sum('inputTokens'),
        outputTokens: sum('outputTokens'),
        costPerThousandEvents: cost === null || events === 0 ? null : (cost / events) * 1000,
        pricesAsOf: PRICES_AS_OF,
      }
    },
  }
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted.length === 0 ? null : (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null)
}

/** The figures as text for a terminal. */
export function renderQuestions(figures: QuestionFigures): string {
  const { model, asked, answered, fallbacks, p50, p95, inputTokens, outputTokens, costPerThousandEvents, pricesAsOf, events } = figures
  const silent = Object.entries(fallbacks).map(([cause, count]) => `${count} ${cause}`)
  const cost =
    costPerThousandEvents === null
      ? `no price of ${model} is known here`
      : `${costPerThousandEvents.toFixed(4)} USD for 1,000 events (prices of ${pricesAsOf})`
  return [
    `Advisor ${model}: ${counted(asked, 'question')} in ${counted(events, 'event')}, ${answered} answered${silent.length === 0 ? '' : `, without an answer ${silent.join(', ')}`}`,
    `  latency: median ${p50 ?? '–'} ms, 95th percentile ${p95 ?? '–'} ms; ${inputTokens} tokens in, ${outputTokens} out; ${cost}`,
  ].join('\n')
}
