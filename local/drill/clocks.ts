/** A published time to compare a drill with: what it is of, the time in words, and its source. */
export interface PublishedClock {
  readonly what: string
  readonly time: string
  readonly source: string
}

/** What to compare a drill with. The first two run from the leak of a key to its first use, and a drill runs from that first use on. */
export const CLOCKS = {
  fastest: {
    what: 'from the leak to the first call of an intruder, in the fastest tests',
    time: '67 to 80 s',
    source:
      'https://blog.cyberdesserts.com/exposed-credentials-pipeline/ (67 s), https://xebia.com/blog/what-happens-when-you-leak-aws-credentials-and-how-aws-minimizes-the-damage/ (80 s)',
  },
  hijackers: {
    what: 'from the leak to the first call of those who look for language models, on average',
    time: '17 min',
    source: 'https://nhimg.org/articles/llmjacking-turns-exposed-nhi-secrets-into-rapid-ai-abuse/',
  },
  guardDuty: {
    what: 'from a finding of GuardDuty to its event',
    time: 'up to 5 min',
    source: 'https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html',
  },
  awsContain: {
    what: 'AWSSupport-ContainIAMPrincipal, started by a person, from its start to its end',
    time: '1 to 3 min',
    source:
      'runs of the runbook, https://docs.aws.amazon.com/systems-manager-automation-runbooks/latest/userguide/awssupport-contain-iam-principal.html; AWS states no time',
  },
} as const satisfies Readonly<Record<string, PublishedClock>>

export type ClockName = keyof typeof CLOCKS
