import type { Signal } from '../shared/domain/signal.ts'

/** What a baseline learns of a call, at a time (epoch ms). */
export const habitualCall = (time: number, parts: object = {}) =>
  ({
    kind: 'api-call',
    credential: { id: 'session', kind: 'session' },
    time,
    service: 's3',
    action: 's3:ListBuckets',
    region: 'us-east-1',
    outcome: 'success',
    origin: { country: 'US', addressKind: 'public', agentFamily: 'aws-cli' },
    ...parts,
  }) as unknown as Signal
