import { burstOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** What Cognito calls the sessions that it gives to users of an app, guests included. */
const GUEST = 'CognitoIdentityCredentials'

/** An app's page asks for what it shows, again and again the same; it does not look around an account. */
export const guestSessionExplores: Detector = {
  id: 'guest-session-explores',
  title: 'A session of an app’s users looks around the account',
  weight: 0.58,
  group: 'discovery',
  attack: 'T1580',
  runbook: 'Take from the role of the identity pool what the app does not need; anybody on the internet may have such a session.',
  matches({ credential, isReadOnly, action, time }, { window }) {
    if (credential.sessionName !== GUEST || !isReadOnly) return undefined
    if (action === 'sts:GetCallerIdentity') return { reason: 'asked who it is, which no app does', weight: 0.4 }
    const distinct = burstOf(window.discovered, time)
    return distinct < 3 ? undefined : { reason: `${distinct} kinds of look around by a session of an app’s users` }
  },
}
