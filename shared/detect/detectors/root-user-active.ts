import type { Detector } from '../detector.ts'

/** Daily work is never done as root. Reads from the console are weak: somebody looks at a bill. */
export const rootUserActive: Detector = {
  id: 'root-user-active',
  title: 'Root user at work',
  weight: 0.6,
  group: 'privilege',
  attack: 'T1078.004',
  runbook: 'Call the holder of the root password; if nobody signed in, change it, delete its keys and check its MFA.',
  matches({ identity, origin, credential, action, isReadOnly, outcome }) {
    if (identity.kind !== 'root' || origin.addressKind === 'aws-service') return undefined
    if (credential.kind === 'access-key') return { reason: `root called ${action} with an access key`, weight: 0.7 }
    return { reason: `root called ${action}`, weight: isReadOnly || outcome !== 'success' ? 0.3 : 0.5 }
  },
}
