import type { Advisor, Model } from '../../ports/advisor.ts'
import { opinionIn, opinionSchema } from './opinion.ts'
import { INSTRUCTIONS, questionOf } from './prompt.ts'

/** An advisor that asks a language model. Never throws: a missing, late or malformed answer, or one with invented evidence, is a fallback. */
export function modelAdvisor(model: Model): Advisor {
  const tool = { name: 'give_opinion', description: 'Give your opinion.', schema: opinionSchema() }
  return {
    async advise(pack, limits) {
      const question = questionOf(pack)
      const answer = await model.ask({ instructions: INSTRUCTIONS, question, tool, incidentId: pack.incidentId, ...limits })
      if (answer.kind === 'fallback') return answer
      const opinion = opinionIn(answer.input, pack)
      if (typeof opinion === 'string') return { kind: 'fallback', cause: opinion }
      const { inputTokens, outputTokens, milliseconds } = answer
      return { kind: 'answered', ...opinion, model: model.id, inputTokens, outputTokens, milliseconds }
    },
  }
}
