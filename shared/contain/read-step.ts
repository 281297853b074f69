import type { Incident } from '../domain/incident.ts'
import { errorName } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import { iamOf } from './in-account.ts'
import type { Step, StepValue } from './steps/step.ts'
import { switchInactive } from './steps/steps.ts'

/** The value of a step as it stands. A read that failed keeps that step from being applied, and no other. */
export type StepReading = { readonly kind: 'read'; readonly value: StepValue } | { readonly kind: 'failed'; readonly error: string }

export interface ReadStep {
  readonly step: Step
  readonly reading: StepReading
}

export async function readStep(step: Step, ports: ContainPorts): Promise<ReadStep> {
  try {
    return { step, reading: { kind: 'read', value: await step.read(iamOf(step.subject, ports)) } }
  } catch (cause) {
    const error = errorName(cause)
    ports.log.warn('contain.read.failed', { target: step.target, error })
    return { step, reading: { kind: 'failed', error } }
  }
}

/** What the incident's user has beside access keys, as steps that were read; undefined where it could not be listed. */
export async function readSwitches({ identity }: Incident, { iam, log }: ContainPorts): Promise<ReadStep[] | undefined> {
  if (identity.kind !== 'iam-user') return []
  try {
    const switches = await iam.listSwitches(identity.name)
    return switches.map((one) => ({ step: switchInactive(identity.name, one), reading: { kind: 'read', value: one.status } }))
  } catch (cause) {
    log.warn('contain.switches.failed', { error: errorName(cause) })
    return undefined
  }
}
