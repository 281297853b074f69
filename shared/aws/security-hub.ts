import { BatchImportFindingsCommand, type SecurityHubClient } from '@aws-sdk/client-securityhub'
import { ResponderError } from '../errors.ts'
import type { FindingHub } from '../ports/notices.ts'
import type { Clock } from '../ports/runtime.ts'
import { asffOf, type HubPlace } from '../record/export/asff.ts'

/** Imports incidents into AWS Security Hub, each as one finding. Throws where Security Hub did not take it. */
export function securityHub(client: SecurityHubClient, place: HubPlace, clock: Clock): FindingHub {
  return {
    async share(incident) {
      const { FailedFindings } = await client.send(new BatchImportFindingsCommand({ Findings: [asffOf(incident, place, clock.now())] }))
      const [failed] = FailedFindings ?? []
      if (failed !== undefined)
        throw new ResponderError(
          'store.unavailable',
          `Security Hub did not take incident ${incident.id}: ${failed.ErrorCode} ${failed.ErrorMessage}`,
        )
    },
  }
}

/** Partition, region and account of a topic's ARN: those of the whole stack. */
export function placeOfTopic(arn: string): HubPlace {
  const [, partition = '', , region = '', account = ''] = arn.split(':')
  return { partition, region, account }
}
