import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { accountOf } from '../outsiders.ts'

export const functionOpened: Detector = {
  id: 'function-opened',
  title: 'Lambda function opened to another account or to everybody',
  weight: 0.58,
  group: 'persistence',
  attack: 'T1098',
  runbook: 'Remove the permission or the function URL, then check who called the function since.',
  actions: ['lambda:AddPermission', 'lambda:CreateFunctionUrlConfig', 'lambda:UpdateFunctionUrlConfig'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const principal = text(signal.request, 'principal') ?? ''
    const owner = accountOf(principal)
    const isOutside = principal === '*' || (owner !== undefined && owner !== signal.account)
    const isOpenUrl = text(signal.request, 'authType') === 'NONE'
    return isOutside || isOpenUrl
      ? { reason: isOpenUrl ? 'created a function URL without authentication' : `allowed ${principal} to call a function` }
      : undefined
  },
}
