import type { Detector } from '../detector.ts'
import { outsidersIn, policyIn } from '../policy-document.ts'

export const resourcePolicyOpened: Detector = {
  id: 'resource-policy-opened',
  title: 'Resource opened to outsiders by its policy',
  weight: 0.57,
  group: 'persistence',
  attack: 'T1098',
  runbook: 'Take the outside principal out of the policy, and look what it did since.',
  actions: [
    'sns:SetTopicAttributes',
    'sns:AddPermission',
    'sns:CreateTopic',
    'sqs:SetQueueAttributes',
    'sqs:AddPermission',
    'sqs:CreateQueue',
    'ecr:SetRepositoryPolicy',
    'kms:PutKeyPolicy',
    'kms:CreateKey',
    'kms:CreateGrant',
    'secretsmanager:PutResourcePolicy',
    'glacier:SetVaultAccessPolicy',
    'es:CreateElasticsearchDomain',
    'es:UpdateElasticsearchDomainConfig',
    'es:UpdateDomainConfig',
    'events:PutPermission',
    'backup:PutBackupVaultAccessPolicy',
    'glue:PutResourcePolicy',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const outsiders = outsidersIn(policyIn(signal.request), signal.account)
    if (outsiders.length === 0) return undefined
    return { reason: `${signal.action} lets in ${outsiders.slice(0, 2).join(', ')}` }
  },
}
