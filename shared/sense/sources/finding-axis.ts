/** The purposes of threats that say what is done, of the types of GuardDuty and of the tactics that other products name. All others say who does it. */
const HARM: ReadonlySet<string> = new Set([
  'backdoor',
  'cryptocurrency',
  'defenseevasion',
  'defenseimpairment',
  'execution',
  'exfiltration',
  'impact',
  'persistence',
  'policy',
  'privilegeescalation',
  'stealth',
  'trojan',
])

/** What a type names where it goes by who calls, and from where, whatever is called: GuardDuty's models of habit, lists of addresses, and tools. */
const WHO = /anomal|malicious|torip|credentialexfiltration|linux$|consolelogin|unusual/i

/** Types of findings that rest on several others: who and what are both in them. */
const SEQUENCE = /^AttackSequence:/i

/**
 * On which axis a finding counts, by its type such as `Stealth:IAMUser/CloudTrailLoggingDisabled`. One finding is one fact, so it counts on one axis; an attack
 * sequence counts on both, because it rests on several findings.
 */
export function weightsOf(type: string, weight: number): { readonly compromise?: number; readonly harm?: number } {
  if (SEQUENCE.test(type)) return { compromise: weight, harm: weight }
  const [purpose = '', what = ''] = type.split(':')
  const isHarm = HARM.has(purpose.replace(/[^a-z]/gi, '').toLowerCase()) && !WHO.test(what)
  return isHarm ? { harm: weight } : { compromise: weight }
}
