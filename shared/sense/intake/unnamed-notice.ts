import type { Notice } from '../../ports/notices.ts'
import type { UnnamedCredential } from './party.ts'

/** What people are told of a credential that a party found without saying which one: it may be in use by somebody else, and nothing was done. */
export function unnamedNotice({ what, place, url }: UnnamedCredential): Notice {
  return {
    incidentId: 'none',
    kind: 'report',
    priority: 90,
    title: 'A credential of AWS was found where it must not be: look which one it is',
    body: [
      `${what}.`,
      `Where: ${place}`,
      ...(url === undefined ? [] : [`Look: ${url}`]),
      'Nothing was done: Countersign does not know which credential it is. Look there, set the key to Inactive in IAM, and give its owner a new one.',
    ].join('\n'),
  }
}
