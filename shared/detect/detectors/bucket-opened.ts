import { jsonOf } from '../../domain/parameters.ts'
import type { Detector } from '../detector.ts'
import { likelyOutsidersIn, outsiderWeight } from '../outsiders.ts'
import { policyIn } from '../policy-document.ts'

export const bucketOpened: Detector = {
  id: 'bucket-opened',
  title: 'Bucket opened to the public or to another account',
  weight: 0.57,
  group: 'exfiltration',
  attack: 'T1530',
  runbook: 'Block public access again or remove the grant, then read the access log for who read what.',
  readsRequest: 'rights',
  actions: [
    's3:PutBucketPolicy',
    's3:PutBucketAcl',
    's3:PutAccessPointPolicy',
    's3:PutObjectAcl',
    's3:DeleteBucketPublicAccessBlock',
    's3:DeleteAccountPublicAccessBlock',
    's3:PutBucketPublicAccessBlock',
    's3:PutAccountPublicAccessBlock',
    's3:PutPublicAccessBlock',
    's3:DeletePublicAccessBlock',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const json = jsonOf(signal.request)
    const isUnblocked =
      signal.action.startsWith('s3:Delete') ||
      /"(BlockPublicAcls|BlockPublicPolicy|IgnorePublicAcls|RestrictPublicBuckets)":("?false)/.test(json)
    const isGranted = /AllUsers|AuthenticatedUsers|"public-read/.test(json)
    const outsiders = likelyOutsidersIn(policyIn(signal.request), signal)
    const names = outsiders.map(({ name }) => name)
    if (!isUnblocked && !isGranted && !names.includes('*')) {
      const weight = outsiderWeight(outsiders) ?? 0.45
      return outsiders.length === 0 ? undefined : { reason: `allowed access by ${names.slice(0, 2).join(', ')}`, weight }
    }
    return { reason: isUnblocked ? 'removed the block on public access' : 'granted access to everybody' }
  },
}
