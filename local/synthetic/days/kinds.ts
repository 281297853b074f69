import { ADMINISTRATORS } from './benign/administrators.ts'
import { BACKUPS } from './benign/backups.ts'
import { DEPLOYMENTS } from './benign/deployments.ts'
import { EMERGENCIES } from './benign/emergencies.ts'
import { MACHINES } from './benign/machines.ts'
import { PEOPLE } from './benign/people.ts'
import { SCANS } from './benign/scans.ts'
import type { Kind } from './kind.ts'
import { DESTRUCTION } from './malicious/destruction.ts'
import { ESCALATION } from './malicious/escalation.ts'
import { EXFILTRATION } from './malicious/exfiltration.ts'
import { HIJACKING } from './malicious/hijacking.ts'
import { PERSISTENCE } from './malicious/persistence.ts'

/** Every kind of day, benign ones first. */
export const KINDS: readonly Kind[] = [
  ...[DEPLOYMENTS, SCANS, MACHINES, PEOPLE, ADMINISTRATORS, EMERGENCIES, BACKUPS],
  ...[HIJACKING, EXFILTRATION, DESTRUCTION, PERSISTENCE, ESCALATION],
].flat()
