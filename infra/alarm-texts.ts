/** What an alarm says: what happened, what follows from it, and what to do first. */
export interface AlarmText {
  readonly happened: string
  readonly means: string
  readonly first: string
}

/** The alarms, by the names of their sections in docs/operations.md. Those of queues and functions stand once for each. */
export const ALARM_TEXTS = {
  Silent: {
    happened: 'No event arrived for an hour of the calls that the function sweep makes every five minutes.',
    means: 'The responder sees nothing of its own account and region: no credential is contained, whatever it does.',
    first: 'Run countersign doctor on the stack: it says whether a trail records calls and whether the rules are there.',
  },
  TrailMissing: {
    happened: 'No trail of CloudTrail records the management events of this region.',
    means: 'EventBridge delivers no API call, so the responder sees nothing but reports of AWS Health.',
    first: 'Start the trail that the notice names, or create one of all regions with management events, reads and writes.',
  },
  TrailPartial: {
    happened: 'The trails do not record all management events, or did not for a while.',
    means: 'What the notice lists does not arrive: reads, calls of IAM, a service or other regions.',
    first: 'Set the trail to all regions and to all management events; where nobody of yours changed it, find who did.',
  },
  TrailUnread: {
    happened: 'The sweep could not read whether a trail records calls, several times in a row.',
    means: 'Nobody knows whether events can arrive.',
    first: 'Read why in the log of the function sweep (trail.unread), and look at the trails yourself.',
  },
  Waiting: {
    happened: 'A message could not be processed and waits in a dead-letter queue.',
    means: 'What it says was not done; it is kept for 14 days.',
    first: 'Find the fault in the log of the function, mend it, and send the messages on again.',
  },
  Late: {
    happened: 'The oldest message of a queue waits for longer than it should.',
    means: 'What waits is done later by as long: an event is evaluated, an incident looked up, or a notice posted.',
    first: 'Look at the function that takes the messages: is it throttled, does it fail, and what does its log say.',
  },
  Errors: {
    happened: 'A run of a function ended with an error or ran out of time.',
    means: 'What it was to do was not done yet, and is tried again where the section says so.',
    first: 'Read the log of the function at that minute.',
  },
  Throttled: {
    happened: 'Lambda did not start a function, because too many ran at the same time.',
    means: 'Its work is done later, or not at all where nobody tries again.',
    first: 'See which function uses up the concurrency of the account, and reserve some for this one (reservedConcurrency).',
  },
  IncidentUnreadable: {
    happened: 'An item of the table cannot be read.',
    means: 'Its incident is neither reminded of nor given back; the others are.',
    first: 'The log of the function sweep names the key and the fault; restore the item, and find who wrote it.',
  },
  IncidentFailed: {
    happened: 'The sweep failed at an incident.',
    means: 'Nobody is reminded or paged about it, and it is neither set going again nor closed, until a sweep succeeds.',
    first: 'The log of the function sweep names the incident and the error (sweep.incident.failed); look at the incident yourself.',
  },
  SweepFull: {
    happened: 'The sweep did not get through: there are more open incidents than it processes in one run.',
    means: 'Those of the lowest priority are not attended to: nobody is reminded or paged about them.',
    first: 'Close incidents, those of one cause together, and find out why there are so many.',
  },
  LookupsPutOff: {
    happened: 'More incidents wait to be looked up in CloudTrail than its rate allows.',
    means: 'What those credentials issued is not complete yet; the incidents say "lineage incomplete".',
    first: 'Look at the open incidents of the highest priority first; find out why there are so many.',
  },
  LookupsFailing: {
    happened: 'CloudTrail did not answer the look-ups of incidents for three quarters of an hour.',
    means: 'What a credential issued is not looked up, so it may not be contained.',
    first:
      'Read the error in the log of the function respond (lookup.failed). Where it is ThrottlingException, find who else calls LookupEvents.',
  },
  MessagesFailing: {
    happened: 'Events fail and are delivered again, for a quarter of an hour now.',
    means: 'They are evaluated late, and go to a dead-letter queue where they fail too often.',
    first:
      'Read the reasons in the log of the function respond (respond.message.failed): a table that throttles, IAM, or a message that is none.',
  },
  Conflicts: {
    happened: 'Events of one identity are written by several runs at once, for a quarter of an hour now, and come again.',
    means: 'The events of that identity are evaluated late; those of others are not.',
    first: 'Find the identity with the most calls (countersign incidents), and end its key if it is nobody of yours.',
  },
  Unbelieved: {
    happened: 'An event arrived that is not believed: it did not come from AWS, from an account of yours, or in time.',
    means: 'Nothing was done about it. Somebody may be forging events, or dead letters were sent on too late.',
    first: 'The log of the function respond says why (respond.unbelieved); find who put it on the bus.',
  },
  LinesCut: {
    happened: 'Log lines named more credentials than are reported of one batch.',
    means: 'Those with a secret were reported first; of the others some were not.',
    first: 'Look at the lines of that minute in the log group: somebody may write made-up ids to hide one.',
  },
  ContainmentFailing: {
    happened: 'A step of a containment failed, or could not be looked at.',
    means: 'A credential may still be in use, or not be given back; the incident names the step.',
    first: 'Open the incident and do the step by hand where it matters; the log of the function contain has the error.',
  },
  Unordered: {
    happened: 'An incident asks for a release or a rotation that the record does not bear out.',
    means: 'It was not done. Somebody may have written into the table to undo a containment.',
    first: 'Compare the incident with its record (countersign explain) and find who wrote it.',
  },
  RotationFailing: {
    happened: 'A new key could not be put into its secret.',
    means: 'The old key is out of use and the workload has no new one.',
    first: 'The incident names the secret and the error; put a key there by hand.',
  },
  StoredUnreadable: {
    happened: 'A stored item cannot be read: it is damaged, forged, or of a newer release.',
    means: 'It counts for nothing, so that people are asked more often; no containment rests on it.',
    first: 'The log names the key and the fault; restore the item, and find who wrote it.',
  },
  ArchiveFailing: {
    happened: 'Closed incidents could not be archived in two runs in a row.',
    means: 'They stay whole in the table, which grows; nothing of them is lost.',
    first:
      'The log of the function archive says which (archive.failed) and why: mostly the bucket refuses, or an archive cannot be read back.',
  },
  ArchiveRefused: {
    happened: 'A closed incident is not as it was written or sealed, so it was not archived.',
    means: 'Somebody may have rewritten it.',
    first:
      'Run countersign changes verify on the stack: it names the entry. The log of the function archive names the incident (archive.refused).',
  },
  ReportUnreadable: {
    happened: 'A party sent a report that is its own, and that cannot be read, or names more credentials than are read of one.',
    means: 'A credential may be exposed, and nobody knows which: nothing was done.',
    first:
      'Look at the party for what it reported at that minute; the log of the function webhook names the party (webhook.unreadable, webhook.read-in-part).',
  },
  SealDiscrepancy: {
    happened: 'The record is not as it was sealed.',
    means: 'Somebody may have rewritten it.',
    first: 'Run countersign changes verify on the stack: it names every chain that differs.',
  },
  SealUncompared: {
    happened: 'A part of the record was not compared with its last seal.',
    means: 'Nothing was found wrong there, and nothing was looked at.',
    first: 'Seal by hand once more; where it comes again, give the function seal more memory.',
  },
  SealConflict: {
    happened: 'The seals themselves are in doubt.',
    means: 'No new seal is made until this is set right.',
    first: 'Read the notice, which names the seal, and the section.',
  },
  SealMissing: {
    happened: 'No seal of the record was made for more than a day.',
    means: 'Since the last one the record can be rewritten without showing.',
    first: 'Read the log of the function seal, then invoke it.',
  },
} as const satisfies Record<string, AlarmText>
export type AlarmKind = keyof typeof ALARM_TEXTS

/** The section of the operations guide about a kind of alarm. */
export function runbookOf(kind: AlarmKind): string {
  return `docs/operations.md#${kind.toLowerCase()}`
}

/** The description of an alarm. `about`: the queue or the function where the kind stands for several. */
export function describeAlarm(kind: AlarmKind, about?: string): string {
  const { happened, means, first } = ALARM_TEXTS[kind]
  return [...(about === undefined ? [] : [`${about}:`]), happened, means, `First: ${first}`, `Runbook: ${runbookOf(kind)}`].join(' ')
}
