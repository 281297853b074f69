import { BatchImportFindingsCommand, type SecurityHubClient } from '@aws-sdk/client-securityhub'
import { ResponderError } from '../errors.ts'
import type { FindingHub } from '../ports/notices.ts'
import type { Clock } from '../ports/runtime.ts'
import { asffOf, type HubPlace } from '../record/export/asff.ts'

/** Imports each incident into AWS Security Hub as one finding. Throws `store.unavailable` when Security Hub rejects it. */
export function securityHub(client: SecurityHubClient, place: HubPlace, clock: Clock): FindingHub {
  return {
    async share(incident) {
      const { FailedFindings } = await client.send(new BatchImportFindingsCommand({ Findings: [asffOf(incident, place, clock.now())] }))
      const [failed] = FailedFindings ?? []
      if (failed !== undefined)
        throw new ResponderError(
          'store.unavailable',
          `Security Hub rejected incident ${incident.id}: ${failed.ErrorCode} ${failed.ErrorMessage}`,
        )
    },
  }
}

/** The partition, region and account of the stack, from the ARN of its topic. */
export function placeOfTopic(arn: string): HubPlace {
  const [, partition = '', , region = '', account = ''] = arn.split(':')
  return { partition, region, account }
}
