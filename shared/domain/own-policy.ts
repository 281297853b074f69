/** The incident for which the responder set the inline policy of a name (`contain/steps/quarantine.ts` makes them); undefined where the name is none of ours. */
export function incidentOfPolicy(policyName: string): string | undefined {
  return policyName.match(/^Countersign(?:Quarantine|Revoke)-(inc-[0-9a-f]{12})$/)?.[1]
}

/** The name of the statement by which the responder denies everything: in its inline policies, and in the managed policy that each of its stacks makes. */
export const QUARANTINE_SID = 'CountersignQuarantine'
