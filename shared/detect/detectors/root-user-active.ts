import type { Detector } from '../detector.ts'

/** Daily work does not need root. Reads are weak evidence, because people look at bills as root. */
export const rootUserActive: Detector = {
  id: 'root-user-active',
  title: 'Call by the root user',
  weight: 0.6,
  group: 'privilege',
  attack: 'T1078.004',
  runbook:
    'Call the holder of the root password; if they did not sign in, change the password, delete root’s keys and check its MFA devices.',
  delivery: 'root-calls',
  matches({ identity, origin, credential, action, isReadOnly, outcome }) {
    if (identity.kind !== 'root' || origin.addressKind === 'aws-service') return undefined
    if (credential.kind === 'access-key') return { reason: `root called ${action} with an access key`, weight: 0.7 }
    return { reason: `root called ${action}`, weight: isReadOnly || outcome !== 'success' ? 0.3 : 0.5 }
  },
}
