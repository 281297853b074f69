import * as z from 'zod'
import table from './escalation-paths.json' with { type: 'json' }

/**
 * How a path leads to more: `self-escalation` gives its own identity more, `principal-access` takes on another identity, `new-passrole` gives a role to
 * something that it creates, `existing-passrole` uses what has a role already. The words are those of the catalogue that most paths are from.
 */
export const EscalationCategory = z.enum(['self-escalation', 'principal-access', 'new-passrole', 'existing-passrole'])
export type EscalationCategory = z.infer<typeof EscalationCategory>

/** A known way from some permissions to more. */
export const EscalationPath = z.strictObject({
  /** As the catalogue names it. */
  name: z.string().regex(/^[a-z0-9-]+$/),
  category: EscalationCategory,
  /** All of these are needed, as `service:Action`. */
  permissions: z.array(z.string().regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/)).min(1),
  /** What is done, one sentence a step. */
  steps: z.array(z.string().endsWith('.')).min(1),
  /** The services to which a role is passed, or that have one: a role is of use where it trusts one of them. */
  services: z.array(z.string().endsWith('.amazonaws.com')).optional(),
  source: z.string(),
  reference: z.url(),
})
export type EscalationPath = z.infer<typeof EscalationPath>

/** The known paths. Their order means nothing. A test holds that they are of the schema: a cold start does not read it. */
export const ESCALATION_PATHS = table.paths as readonly EscalationPath[]
