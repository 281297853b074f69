import type { Incident } from '../../domain/incident.ts'
import { runbookOf } from '../../domain/runbook.ts'

/** The Security Hub that findings go to. */
export interface HubPlace {
  readonly account: string
  readonly region: string
  readonly partition: string
}

/** A finding in the AWS Security Finding Format: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html */
export interface AsffFinding {
  readonly SchemaVersion: '2018-10-08'
  readonly Id: string
  readonly ProductArn: string
  readonly GeneratorId: string
  readonly AwsAccountId: string
  readonly CreatedAt: string
  readonly UpdatedAt: string
  readonly Title: string
  readonly Description: string
  readonly Severity: { readonly Label: AsffSeverity }
  readonly FindingProviderFields: { readonly Severity: { readonly Label: AsffSeverity }; readonly Types: string[] }
  readonly Resources: {
    readonly Type: string
    readonly Id: string
    readonly Partition: 'aws' | 'aws-cn' | 'aws-us-gov'
    readonly Region: string
  }[]
  readonly Remediation?: { readonly Recommendation: { readonly Text: string } }
  readonly RecordState: 'ACTIVE' | 'ARCHIVED'
  readonly ProductFields: Record<string, string>
}

type AsffSeverity = 'INFORMATIONAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'

/** The ARN of the default product, under which an account imports its own findings. */
export function productArn({ account, region, partition }: HubPlace): string {
  return `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`
}

/**
 * Converts an incident to one finding. Its id stays the same, so that a later import updates the finding.
 *
 * `now` (epoch milliseconds) becomes `UpdatedAt`, which must be later in each import.
 */
export function asffOf(incident: Incident, place: HubPlace, now: number): AsffFinding {
  const { id, identity, assessment, findings, openedAt, state, verdict, priority, decision } = incident
  const severity = { Label: labelOf(priority) }
  const runbook = runbookOf(findings[0]?.detector ?? '')
  return {
    SchemaVersion: '2018-10-08',
    Id: `${productArn(place)}/countersign/${id}`,
    ProductArn: productArn(place),
    GeneratorId: `countersign/${findings[0]?.detector ?? 'none'}`,
    AwsAccountId: place.account,
    CreatedAt: new Date(openedAt).toISOString(),
    UpdatedAt: new Date(Math.max(now, openedAt)).toISOString(),
    Title: clip(`Countersign: ${identity.kind} ${identity.name} is ${state}, risk ${Math.round(assessment.risk)}`, 256),
    Description: clip(findings.map(({ title, reason }) => `${title}: ${reason}`).join('; ') || decision.why.join('; ') || id, 1024),
    Severity: severity,
    FindingProviderFields: { Severity: severity, Types: ['TTPs/Credential Access', 'Unusual Behaviors/User'] },
    Resources: [
      {
        Type: identity.kind === 'iam-user' ? 'AwsIamUser' : identity.kind === 'role' ? 'AwsIamRole' : 'Other',
        Id: identity.id,
        Partition: place.partition === 'aws-cn' || place.partition === 'aws-us-gov' ? place.partition : 'aws',
        Region: place.region,
      },
    ],
    ...(runbook === undefined ? {} : { Remediation: { Recommendation: { Text: clip(runbook, 512) } } }),
    // A released incident was legitimate, so its finding is archived. A confirmed one stays active.
    RecordState: state === 'released' ? 'ARCHIVED' : 'ACTIVE',
    ProductFields: {
      'countersign/Incident': id,
      'countersign/State': state,
      'countersign/Priority': String(priority),
      ...(verdict === undefined ? {} : { 'countersign/Verdict': clip(`${verdict.kind} by ${verdict.by}`, 1024) }),
    },
  }
}

function labelOf(priority: number): AsffSeverity {
  if (priority >= 90) return 'CRITICAL'
  if (priority >= 70) return 'HIGH'
  if (priority >= 40) return 'MEDIUM'
  return priority > 0 ? 'LOW' : 'INFORMATIONAL'
}

const clip = (text: string, limit: number) => (text.length > limit ? `${text.slice(0, limit - 1)}…` : text)
