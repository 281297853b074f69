import type { Detector } from '../detector.ts'

/** A session belongs to the machine that requested it, and seldom lives long enough to travel to another country. */
export const sessionFromTwoCountries: Detector = {
  id: 'session-from-two-countries',
  title: 'One session used from two countries',
  weight: 0.6,
  group: 'origin',
  fact: 'place',
  attack: 'T1550.001',
  runbook: 'End the role’s sessions, because a session is not shared between machines; then ask the owner.',
  delivery: 'session-calls',
  matches({ credential, origin }, { window }) {
    if (
      credential.kind !== 'session' ||
      origin.country === undefined ||
      window.countries.length < 2 ||
      window.countries[0] === origin.country
    )
      return undefined
    return { reason: `session first used from ${window.countries[0]}, now from ${origin.country}` }
  },
}
