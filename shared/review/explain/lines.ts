import { CSF_OUTCOMES, type Explanation, type Sentence } from './explanation.ts'

/** Formats an explanation as lines of plain text for a chat, each sentence with the ids of its facts. */
export function linesOf(explanation: Explanation): string[] {
  const { summary, why, response, rotation } = explanation
  return [
    ...summary.map(sentence),
    ...why.map(sentence),
    ...response.map(({ outcome, text, evidence }) => `${CSF_OUTCOMES[outcome]} ${outcome}: ${text} [${evidence.join(' ')}]`),
    ...rotation.map(sentence),
    `Written by ${sourceOf(explanation)}.`,
  ]
}

/** Names the author: the model, or the template with the reason for it. */
export function sourceOf({ source, fallback }: Explanation): string {
  if (source !== 'template') return `${source.model}, every sentence cites facts`
  return fallback === undefined ? 'a template, no model is configured' : `a template, the model gave no usable answer (${fallback})`
}

function sentence({ text, evidence }: Sentence): string {
  return `${text} [${evidence.join(' ')}]`
}
