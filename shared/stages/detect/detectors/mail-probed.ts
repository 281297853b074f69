import { weightOf } from '../../../domain/frequency.ts'
import type { Detector } from '../detector.ts'

export const mailProbed: Detector = {
  id: 'mail-probed',
  title: 'Mail or message sending probed',
  weight: 0.45,
  group: 'abuse',
  attack: 'T1496',
  runbook: 'Look at the sending statistics; stolen keys are sold for spam.',
  actions: [
    'ses:GetSendQuota',
    'ses:GetAccount',
    'ses:GetAccountSendingEnabled',
    'ses:ListIdentities',
    'ses:ListEmailIdentities',
    'ses:GetSendStatistics',
    'ses:UpdateAccountSendingEnabled',
    'ses:VerifyEmailIdentity',
    'ses:VerifyDomainIdentity',
    'ses:PutAccountDetails',
    'sns:GetSMSAttributes',
    'sns:GetSMSSandboxAccountStatus',
    'sns:SetSMSAttributes',
    'sns:ListOriginationNumbers',
  ],
  matches(signal, { baseline }) {
    if (weightOf(baseline.features.service, signal.service, signal.time) > 0) return undefined
    return {
      reason: `${signal.action}, never used ${signal.service} before`,
      weight: signal.credential.kind === 'access-key' ? 0.45 : 0.35,
    }
  },
}
