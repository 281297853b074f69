import { parseArn } from '../../domain/arn.ts'
import { flag, texts } from '../../domain/parameters.ts'
import type { Signal } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { accountOf, likelyOutsidersIn, type Outsider, outsiderWeight } from '../outsiders.ts'
import { policyIn } from '../policy-document.ts'

export const resourcePolicyOpened: Detector = {
  id: 'resource-policy-opened',
  title: 'Resource opened to another account or to everybody',
  weight: 0.57,
  group: 'persistence',
  attack: 'T1098',
  runbook: 'Remove the outside principal from the policy, grant or share, then check what it did since.',
  readsRequest: 'rights',
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
    'ram:CreateResourceShare',
    'ram:AssociateResourceShare',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const outsiders = [...likelyOutsidersIn(policyIn(signal.request), signal), ...granteesOf(signal)]
    if (outsiders.length === 0) return undefined
    const named = outsiders.slice(0, 2).map(({ name }) => name)
    const reason = `${signal.action} allows ${named.join(', ')}`
    const weight = outsiderWeight(outsiders)
    return weight === undefined ? { reason } : { reason, weight }
  },
}

/** Service-linked roles are exempt: an Auto Scaling group of another account launches an encrypted image through a KMS grant to one. */
const SERVICE_LINKED = 'role/aws-service-role/'

/** The other accounts that a KMS grant or a RAM resource share names. AWS services and organisations do not count. */
function granteesOf({ action, request, account }: Signal): readonly Outsider[] {
  // RAM allows no principal outside the organisation in such a share.
  if (flag(request, 'allowExternalPrincipals') === false) return []
  const named =
    action === 'kms:CreateGrant' ? texts(request, 'granteePrincipal') : action.startsWith('ram:') ? texts(request, 'principals') : []
  return named
    .slice(0, 10)
    .filter((principal) => {
      const owner = accountOf(principal)
      const isLinked = parseArn(principal)?.resource.startsWith(SERVICE_LINKED) === true
      return owner !== undefined && owner !== account && !isLinked && parseArn(principal)?.service !== 'organizations'
    })
    .map((name) => ({ name, certainty: 'certain' }))
}
