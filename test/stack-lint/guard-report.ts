import * as z from 'zod'
import type { Finding } from './findings.ts'

const Broken = z.looseObject({ Rule: z.looseObject({ name: z.string(), checks: z.array(z.unknown()) }) })

const Reports = z.array(
  z.looseObject({ name: z.string(), not_compliant: z.array(Broken), not_applicable: z.array(z.string()), compliant: z.array(z.string()) }),
)

/** What Guard says of a template. */
export interface GuardReport {
  readonly findings: Finding[]
  /** The rules that found something in the template that they are about, be it right or wrong. */
  readonly applied: ReadonlySet<string>
}

/**
 * Reads what `cfn-guard validate --structured --output-format json` prints, by the paths of the templates. A finding is made of each resource that a check of a broken rule
 * names; what names none is of the template as a whole. Throws where it is not that.
 */
export function guardReports(text: string): ReadonlyMap<string, GuardReport> {
  const read = Reports.parse(JSON.parse(text))
  return new Map(
    read.map(({ name, not_compliant, compliant }) => {
      const findings = not_compliant.flatMap(({ Rule }) => findingsOf(Rule.name, Rule.checks))
      return [name, { findings, applied: new Set([...compliant, ...not_compliant.map(({ Rule }) => Rule.name)]) }]
    }),
  )
}

function findingsOf(rule: string, checks: unknown): Finding[] {
  const [resources, messages] = [new Set<string>(), new Set<string>()]
  collect(checks, resources, messages)
  const message = [...messages].join('; ')
  return [...(resources.size === 0 ? [''] : resources)].map((resource) => ({ tool: 'cfn-guard', rule, resource, message }))
}

/** The shape of a check depends on how the rule was written; places and messages are always under the same names. */
function collect(value: unknown, resources: Set<string>, messages: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) collect(one, resources, messages)
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) {
      const [, resource] = key === 'path' && typeof one === 'string' ? (one.match(/^\/Resources\/([A-Za-z0-9]+)/) ?? []) : []
      if (resource !== undefined) resources.add(resource)
      if (key === 'custom_message' && typeof one === 'string' && one.trim() !== '') messages.add(one.trim().replace(/\s+/g, ' '))
      collect(one, resources, messages)
    }
}
