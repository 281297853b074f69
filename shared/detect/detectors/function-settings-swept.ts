import { maturity } from '../../domain/baseline.ts'
import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'

/** The settings of a function include its environment variables, which often hold secrets. */
export const functionSettingsSwept: Detector = {
  id: 'function-settings-swept',
  title: 'Code or settings of many Lambda functions read',
  weight: 0.5,
  group: 'abuse',
  attack: 'T1552',
  runbook: 'Rotate the secrets in the environment variables of these functions.',
  countsReads: true,
  actions: ['lambda:GetFunction', 'lambda:GetFunctionConfiguration'],
  matches(signal, context) {
    const { baseline } = context
    const functions = distinctIn(context, 'function-settings', { at: signal.time, from: 10 })
    const enough = maturity(baseline) >= 0.5 ? 6 : 10
    return functions < enough ? undefined : { reason: `settings of ${functions} different functions within 10 minutes` }
  },
}
