import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** What each call makes, in words: credentials of a user beside access keys, each of which works without one. */
const MADE: Readonly<Record<string, string>> = {
  'iam:CreateServiceSpecificCredential': 'a credential of a service',
  'iam:UploadSSHPublicKey': 'an SSH key',
  'iam:UploadSigningCertificate': 'a signing certificate',
}

export const credentialCreatedForOther: Detector = {
  id: 'credential-created-for-other',
  title: 'Credential that is no access key created for another user',
  weight: 0.55,
  group: 'persistence',
  attack: 'T1098.001',
  runbook: 'Ask the user’s owner whether they requested the credential; if not, switch it off: it works without the access key.',
  readsRequest: 'rights',
  actions: Object.keys(MADE),
  matches({ action, outcome, request, identity }) {
    const user = text(request, 'userName')
    if (outcome !== 'success' || user === undefined || user === identity.name) return undefined
    const service = text(request, 'serviceName')
    return { reason: `created ${MADE[action]}${service === undefined ? '' : ` (${service})`} for user ${user}` }
  },
}
