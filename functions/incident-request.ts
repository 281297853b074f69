import * as z from 'zod'

/** An incident id and nothing else, so that no text of an attacker reaches the functions that may change IAM. */
export const IncidentRequest = z.strictObject({ incidentId: z.string().regex(/^inc-[0-9a-f]{12}$/) })
export type IncidentRequest = z.infer<typeof IncidentRequest>
