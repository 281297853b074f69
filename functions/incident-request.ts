import { z } from 'zod'

/** An incident id, and nothing else: what an attacker wrote never comes this way. */
export const IncidentRequest = z.strictObject({ incidentId: z.string().regex(/^inc-[0-9a-f]{12}$/) })
export type IncidentRequest = z.infer<typeof IncidentRequest>
