import { Stack } from 'aws-cdk-lib'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { denyOthers, exceptBy } from './deny.ts'
import { deployingRole } from './own-roles.ts'

/** What would change how long the bucket keeps its objects, who may write them, or which of them count. */
const BUCKET_CHANGES = [
  's3:DeleteBucket',
  's3:DeleteBucketPolicy',
  's3:PutBucketAcl',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketOwnershipControls',
  's3:PutBucketPolicy',
  's3:PutBucketPublicAccessBlock',
  's3:PutBucketVersioning',
  's3:PutEncryptionConfiguration',
  's3:PutLifecycleConfiguration',
  's3:PutReplicationConfiguration',
]

/** What would delete objects, shorten their lock, or give them to somebody else. */
const OBJECT_CHANGES = [
  's3:BypassGovernanceRetention',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:ObjectOwnerOverrideToBucketOwner',
  's3:PutObjectAcl',
  's3:PutObjectLegalHold',
  's3:PutObjectRetention',
]

/** What stores an object: a request, or a replication from another bucket. */
const OBJECT_WRITES = ['s3:PutObject', 's3:ReplicateDelete', 's3:ReplicateObject']

/**
 * Denies a bucket of seals to everybody but its writers, whatever rights they have in the account. Whoever stores the next seal first decides what the
 * record is compared with, so the function that archives incidents may write those and no seal. Only the deployment may change the bucket itself. `operator`
 * is the role of people who set right what an intruder stored.
 */
export function guardBucket(
  bucket: Bucket,
  { writer, archiver, operator }: { readonly writer: string; readonly archiver: string | undefined; readonly operator: string | undefined },
): void {
  const operators = operator === undefined ? [] : [operator]
  const objects = bucket.arnForObjects('*')
  const deny = (sid: string, actions: string[], resource: string, except: readonly string[]) =>
    bucket.addToResourcePolicy(denyOthers(sid, { actions, resources: [resource], conditions: exceptBy(except) }))
  const archivers = archiver === undefined ? [] : [archiver]
  deny('OnlyItsWriters', OBJECT_WRITES, objects, [writer, ...archivers, ...operators])
  deny('OnlySealsItsSeals', OBJECT_WRITES, bucket.arnForObjects('seals/*'), [writer, ...operators])
  deny('OnlyArchivesItsIncidents', OBJECT_WRITES, bucket.arnForObjects('archive/*'), [...archivers, ...operators])
  const deploying = deployingRole(Stack.of(bucket))
  // Without such a role nobody could change the bucket any more, so nobody is denied it.
  if (deploying === undefined) return
  const except = [deploying, ...operators]
  deny('OnlyItsDeployment', BUCKET_CHANGES, bucket.bucketArn, except)
  deny('OnlyItsOperators', OBJECT_CHANGES, objects, except)
}
