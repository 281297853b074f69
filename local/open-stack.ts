import { dynamoChangeRecord } from '../shared/aws/change-record.ts'
import {
  cloudFormationClient,
  dynamo,
  eventBridgeClient,
  iamClient,
  lambdaClient,
  s3Client,
  snsClient,
  sqsClient,
  stsClient,
} from '../shared/aws/clients.ts'
import { sqsFailureQueue } from '../shared/aws/failure-queues.ts'
import { dynamoIdentityStore } from '../shared/aws/identity-store.ts'
import { s3IncidentArchive } from '../shared/aws/incident-archive.ts'
import { dynamoIncidentStore } from '../shared/aws/incident-store.ts'
import { lambdaContainInvoker, lambdaRotateInvoker } from '../shared/aws/invokers.ts'
import { dynamoLastUsedStore } from '../shared/aws/last-used-store.ts'
import { noticesTo, regionOf } from '../shared/aws/notifier.ts'
import { dynamoPostings } from '../shared/aws/postings.ts'
import { dynamoReachStore } from '../shared/aws/reach-store.ts'
import { eventBridgeReportBus } from '../shared/aws/report-bus.ts'
import { centralRootKeys } from '../shared/aws/root-keys.ts'
import { s3SealVault } from '../shared/aws/seal-vault.ts'
import { dynamoSetAsideStore } from '../shared/aws/set-aside-store.ts'
import { callerArn, describeStack } from '../shared/aws/stack.ts'
import { parseArn } from '../shared/domain/arn.ts'
import { ResponderError } from '../shared/errors.ts'
import type { Clock } from '../shared/ports/runtime.ts'
import { withArchivedChains, withArchivedIncidents } from '../shared/record/archived.ts'
import { approve } from '../shared/review/approve.ts'
import { review } from '../shared/review/review.ts'
import { deleteRootKeys } from '../shared/review/root-keys.ts'
import { quoted } from './command-name.ts'
import type { Target } from './target.ts'

/** Opens a deployed stack with the AWS credentials of the person who runs the command. */
export async function openStack(name: string, region: string | undefined, clock: Clock): Promise<Target> {
  const options = region === undefined ? {} : { region }
  const parts = await describeStack(cloudFormationClient(options), name)
  const { tableName, containFunctionName, rotateFunctionName, topicArn, noticeQueueUrl, sealBucket, reportBusName } = parts
  const client = dynamo(options)
  const [sqs, lambda] = [sqsClient(options), lambdaClient(options)]
  const table = { client, name: tableName }
  const s3 = s3Client(options)
  const archive = sealBucket === undefined ? undefined : s3IncidentArchive(s3, sealBucket)
  // Reviews go by the table alone, as the functions do: what is archived is closed.
  const ports = {
    incidents: dynamoIncidentStore(table),
    record: dynamoChangeRecord(table),
    containInvoker: lambdaContainInvoker(lambda, containFunctionName),
    rotateInvoker: rotateFunctionName === undefined ? undefined : lambdaRotateInvoker(lambda, rotateFunctionName),
    clock,
  }
  const caller = await callerArn(stsClient(options))
  return {
    name: `stack ${name}`,
    options: `--stack ${quoted(name)} --region ${regionOf(topicArn)}`,
    caller,
    clock,
    identities: dynamoIdentityStore(table),
    lastUsed: dynamoLastUsedStore(table),
    reach: { store: dynamoReachStore(table), account: parseArn(topicArn)?.account ?? '' },
    incidents: archive === undefined ? ports.incidents : withArchivedIncidents(ports.incidents, archive),
    record: archive === undefined ? ports.record : withArchivedChains(ports.record, archive),
    archive,
    notifier: noticesTo({ queueUrl: noticeQueueUrl, topicArn, stackName: name }, { sqs, sns: snsClient(options) }),
    ...(noticeQueueUrl === undefined ? {} : { slack: dynamoPostings(table) }),
    failures: {
      stack: { name, region: regionOf(topicArn) },
      queues: parts.failures.map((place) => sqsFailureQueue(place, { sqs, lambda })),
      setAside: dynamoSetAsideStore(table),
    },
    vault: sealBucket === undefined ? undefined : s3SealVault(s3, sealBucket),
    review: (incidentId, verdict) => review(incidentId, { ...verdict, by: caller }, ports),
    approve: (incidentId, approval) => approve(incidentId, { ...approval, by: caller }, ports),
    async deleteRootKeys(incidentId, { reason, profile }) {
      const account = (await ports.incidents.get(incidentId))?.value.identity.account ?? 'unknown'
      const central = profile === undefined ? options : { ...options, profile }
      const rootKeys = centralRootKeys(stsClient(central), account, (credentials) => iamClient({ ...options, credentials }))
      return deleteRootKeys(incidentId, { by: caller, reason }, { ...ports, rootKeys })
    },
    async report(reports) {
      if (reportBusName === undefined)
        throw new ResponderError(
          'stack.unknown',
          `stack "${name}" has no output ReportBusName, so it takes no reports; deploy this version of it`,
        )
      await eventBridgeReportBus(eventBridgeClient(options), reportBusName).put(reports)
      return 'queued'
    },
    close: async () => client.destroy(),
  }
}
