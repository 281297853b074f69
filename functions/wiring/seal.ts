import { s3Client, snsClient } from '../../shared/aws/clients.ts'
import { s3IncidentArchive } from '../../shared/aws/incident-archive.ts'
import { notifyBoth, snsNotifier } from '../../shared/aws/notifier.ts'
import { s3SealVault } from '../../shared/aws/seal-vault.ts'
import { readEnvironment, SealConfig } from '../../shared/environment.ts'
import type { SealPorts } from '../../shared/record/seal.ts'
import { common, notifierOf } from './common.ts'

const config = readEnvironment(SealConfig, process.env)
const { ON_CALL_TOPIC_ARN: onCall, NOTIFY_TOPIC_ARN: notices, NOTICE_QUEUE_URL: queue } = config

/** The person on call gets what everybody gets; where both have one topic, once. */
const pager = snsNotifier(snsClient(), onCall, config.STACK_NAME)
const notifier = onCall === notices && queue === undefined ? pager : notifyBoth(pager, notifierOf(config))

const s3 = s3Client()

export const ports: SealPorts = {
  ...common(config),
  vault: s3SealVault(s3, config.SEAL_BUCKET),
  archive: s3IncidentArchive(s3, config.SEAL_BUCKET),
  notifier,
}
