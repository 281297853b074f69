import { maturity } from '../../domain/baseline.ts'
import { distinctOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** The settings of functions hold their environment, and often secrets in it. */
export const functionSettingsSwept: Detector = {
  id: 'function-settings-swept',
  title: 'Code or settings of many functions read',
  weight: 0.5,
  group: 'abuse',
  attack: 'T1552',
  runbook: 'Rotate what the environments of these functions hold.',
  actions: ['lambda:GetFunction', 'lambda:GetFunctionConfiguration'],
  matches(signal, { window, baseline }) {
    const functions = distinctOf(window, 'function-settings', signal.time)
    const enough = maturity(baseline) >= 0.5 ? 6 : 10
    return functions < enough ? undefined : { reason: `settings of ${functions} different functions within 10 minutes` }
  },
}
