import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Deploy tools do it every day, and then it is their habit; the first time by an identity it is not. */
export const functionCodeChanged: Detector = {
  id: 'function-code-changed',
  title: 'Code of a function changed',
  weight: 0.45,
  group: 'persistence',
  attack: 'T1648',
  runbook: 'Compare the code with the last release; roll back to the version before.',
  actions: ['lambda:UpdateFunctionCode'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    return { reason: `changed the code of ${text(signal.request, 'functionName') ?? 'a function'}` }
  },
}
