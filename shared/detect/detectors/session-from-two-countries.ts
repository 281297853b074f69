import type { Detector } from '../detector.ts'

/** A session belongs to the machine that asked for it. People travel, but not within an hour. */
export const sessionFromTwoCountries: Detector = {
  id: 'session-from-two-countries',
  title: 'One session used from two countries',
  weight: 0.6,
  group: 'origin',
  attack: 'T1550.001',
  runbook: 'End the role’s sessions: a session is not shared between machines.',
  matches({ credential, origin }, { window }) {
    if (
      credential.kind !== 'session' ||
      origin.country === undefined ||
      window.countries.length < 2 ||
      window.countries[0] === origin.country
    )
      return undefined
    return { reason: `session from ${window.countries[0]} now used from ${origin.country}` }
  },
}
