import * as z from 'zod'

/** What a linter says of a resource of a template. */
export interface Finding {
  readonly tool: 'cfn-lint' | 'checkov' | 'cfn-guard'
  readonly rule: string
  /** The id of the resource in the template; empty where the finding is of the template as a whole. */
  readonly resource: string
  readonly message: string
}

const CfnLint = z.array(
  z.looseObject({
    Rule: z.looseObject({ Id: z.string() }),
    Message: z.string(),
    Location: z.looseObject({ Path: z.array(z.union([z.string(), z.number()])).nullish() }),
  }),
)

/** Reads what `cfn-lint --format json` prints. Throws where it is not that. */
export function cfnLintFindings(text: string): Finding[] {
  return CfnLint.parse(JSON.parse(text)).map(({ Rule, Message, Location: { Path } }) => ({
    tool: 'cfn-lint',
    rule: Rule.Id,
    resource: Path?.[0] === 'Resources' ? String(Path[1]) : '',
    message: Message,
  }))
}

const Checkov = z.looseObject({
  results: z.looseObject({
    failed_checks: z.array(z.looseObject({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
  }),
  summary: z.looseObject({ passed: z.number(), parsing_errors: z.number() }),
})

/** Reads what `checkov --output json` prints of one template. Throws where it is not that, or where checkov could not read the template or checked nothing of it. */
export function checkovFindings(text: string): Finding[] {
  const { results, summary } = Checkov.parse(JSON.parse(text))
  if (summary.parsing_errors > 0) throw new Error('checkov could not read the template')
  if (summary.passed + results.failed_checks.length === 0) throw new Error('checkov checked nothing of the template')
  return results.failed_checks.map(({ check_id, check_name, resource }) => ({
    tool: 'checkov',
    rule: check_id,
    resource: resource.slice(resource.lastIndexOf('.') + 1),
    message: check_name,
  }))
}

/** Findings that stand, and why. */
export const Accepted = z.array(
  z.strictObject({
    tool: z.enum(['cfn-lint', 'checkov', 'cfn-guard']),
    rule: z.string().min(1),
    /** A regular expression of the whole id of a resource. */
    resources: z.string().min(1),
    reason: z.string().min(40, 'must say why in a sentence'),
  }),
)
export type Accepted = z.infer<typeof Accepted>

/** Divides findings: those that nothing explains, and the explanations that no finding needs. */
export function compare(
  findings: readonly Finding[],
  accepted: Accepted,
): { readonly unexplained: Finding[]; readonly unneeded: Accepted } {
  const isBy = ({ tool, rule, resources }: Accepted[number], finding: Finding) =>
    finding.tool === tool && finding.rule === rule && new RegExp(`^(?:${resources})$`).test(finding.resource)
  return {
    unexplained: findings.filter((finding) => !accepted.some((one) => isBy(one, finding))),
    unneeded: accepted.filter((one) => !findings.some((finding) => isBy(one, finding))),
  }
}
