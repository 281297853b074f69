import { isOfItself, isRename, RENAME } from '../../domain/rename.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/**
 * Users are renamed by those who run the account, and a program that does so has another user's rights. Who renames its own user takes it out of what
 * goes by its name: policies of the responder, filters of alarms, searches in the log.
 */
export const userRenamedItself: Detector = {
  id: 'user-renamed-itself',
  title: 'User renamed or moved itself',
  weight: 0.5,
  group: 'evasion',
  attack: 'T1036.010',
  runbook:
    'Ask the user’s owner why. For 30 days the policy goes by the name before; give that name back, or write the new one into the policy.',
  readsRequest: 'harm',
  actions: [RENAME],
  matches(signal) {
    const { identity, outcome, request } = signal
    if (!isRename(signal) || !isOfItself(signal) || outcome === 'failed') return undefined
    const to = [text(request, 'newPath'), text(request, 'newUserName') ?? identity.name].filter((part) => part !== undefined).join('')
    const reason = `${identity.name} renamed itself to ${to}`
    return outcome === 'denied' ? { reason: `${reason}, refused`, weight: 0.3 } : { reason }
  },
}
