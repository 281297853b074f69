import { maturity } from '../../domain/baseline.ts'
import { distinctOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** The settings of a function include its environment variables, which often hold secrets. */
export const functionSettingsSwept: Detector = {
  id: 'function-settings-swept',
  title: 'Code or settings of many Lambda functions read',
  weight: 0.5,
  group: 'abuse',
  attack: 'T1552',
  runbook: 'Rotate the secrets in the environment variables of these functions.',
  actions: ['lambda:GetFunction', 'lambda:GetFunctionConfiguration'],
  matches(signal, { window, baseline }) {
    const functions = distinctOf(window, 'function-settings', signal.time)
    const enough = maturity(baseline) >= 0.5 ? 6 : 10
    return functions < enough ? undefined : { reason: `settings of ${functions} different functions within 10 minutes` }
  },
}
