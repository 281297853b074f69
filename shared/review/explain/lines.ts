import { CSF_OUTCOMES, type Explanation, type Sentence } from './explanation.ts'

/** An explanation as lines of plain text, each sentence with the facts that it cites: for a chat. */
export function linesOf(explanation: Explanation): string[] {
  const { summary, why, response, rotation } = explanation
  return [
    ...summary.map(sentence),
    ...why.map(sentence),
    ...response.map(({ outcome, text, evidence }) => `${CSF_OUTCOMES[outcome]} ${outcome}: ${text} [${evidence.join(' ')}]`),
    ...rotation.map(sentence),
    `Said by ${sourceOf(explanation)}.`,
  ]
}

/** Who says it: a model whose every sentence rests on facts, or a template, and why that. */
export function sourceOf({ source, fallback }: Explanation): string {
  if (source !== 'template') return `${source.model}, every sentence by facts`
  return fallback === undefined ? 'a template, no model was asked' : `a template, the model gave no answer that holds (${fallback})`
}

function sentence({ text, evidence }: Sentence): string {
  return `${text} [${evidence.join(' ')}]`
}
