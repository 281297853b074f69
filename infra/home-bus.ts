import { ResponderError } from '../shared/errors.ts'

/** The event bus of a stack for forwarded events, as its ARN names it. */
export interface HomeBus {
  readonly arn: string
  readonly partition: string
  readonly region: string
  readonly account: string
  /** The name of the stack that the bus belongs to. */
  readonly stackName: string
}

const SUFFIX = '-forwarded'
const BUS_ARN = /^arn:(aws[a-z-]*):events:([a-z]{2}(?:-[a-z]+)+-\d):(\d{12}):event-bus\/([A-Za-z][A-Za-z0-9-]*)-forwarded$/

/** The name of a stack's event bus for forwarded events. It is fixed, so that a forwarder can be deployed before, and says which stack it is of. */
export function busNameOf(stackName: string): string {
  return `${stackName}${SUFFIX}`
}

/** Reads the ARN that `-c forwarder=…` passes. Throws `config.invalid` where it is not that of a stack's bus for forwarded events. */
export function readHomeBus(context: unknown): HomeBus {
  const [arn, partition, region, account, stackName] = (typeof context === 'string' ? context.match(BUS_ARN) : null) ?? []
  if (arn === undefined || partition === undefined || region === undefined || account === undefined || stackName === undefined)
    throw new ResponderError(
      'config.invalid',
      `-c forwarder=… must be the ARN of the event bus of a stack, such as arn:aws:events:us-east-1:123456789012:event-bus/${busNameOf('Countersign')}, got ${JSON.stringify(context)}; the stack's output ForwardedBusArn has it`,
    )
  return { arn, partition, region, account, stackName }
}
