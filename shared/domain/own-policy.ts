/** The incident for which the responder set the inline policy of a name (`contain/steps/quarantine.ts` makes them); undefined where the name is none of ours. */
export function incidentOfPolicy(policyName: string): string | undefined {
  return policyName.match(/^Countersign(?:Quarantine|Revoke)-(inc-[0-9a-f]{12})$/)?.[1]
}
