import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Deploy tools do this daily, so it is their habit and counts less; for another identity it is new. */
export const functionCodeChanged: Detector = {
  id: 'function-code-changed',
  title: 'Code of a Lambda function changed',
  weight: 0.45,
  group: 'persistence',
  attack: 'T1648',
  sparesOwnWorks: true,
  runbook: 'Compare the code with the last release; if it differs, roll back to the version before.',
  actions: ['lambda:UpdateFunctionCode'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    return { reason: `changed the code of ${text(signal.request, 'functionName') ?? 'a function'}` }
  },
}
