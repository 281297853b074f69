import { burstOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** The name of the sessions that Cognito issues to the users of an app, guests included. */
const COGNITO_SESSION = 'CognitoIdentityCredentials'

/** An app makes the same few calls again and again and does not do discovery. */
export const guestSessionExplores: Detector = {
  id: 'guest-session-explores',
  title: 'Discovery by a Cognito session of an app’s users',
  weight: 0.58,
  group: 'discovery',
  attack: 'T1580',
  runbook: 'Remove from the identity pool’s role what the app does not need: anybody on the internet may get such a session.',
  delivery: 'guest-calls',
  matches({ credential, isReadOnly, action, time }, { window }) {
    if (credential.sessionName !== COGNITO_SESSION || !isReadOnly) return undefined
    if (action === 'sts:GetCallerIdentity') return { reason: 'called GetCallerIdentity, which no app does', weight: 0.4 }
    const distinct = burstOf(window.discovered, time)
    return distinct < 3 ? undefined : { reason: `${distinct} discovery reads by a session of an app’s users` }
  },
}
