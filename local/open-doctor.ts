import type { DeployedRules } from '../shared/detect/delivery.ts'
import type { Recording } from '../shared/domain/trail.ts'
import { type Diagnosis, diagnose, doctor } from './commands/doctor.ts'
import { type Check, notKnown } from './doctor/check.ts'
import { targetChecks } from './doctor/target-checks.ts'
import { openTarget } from './open-target.ts'

export interface Examined {
  readonly stack: string | undefined
  readonly data: string | undefined
  readonly region: string | undefined
}

interface Printing {
  readonly isJson: boolean
  readonly width: number | undefined
}

const OF_A_STACK = 'Event rules, trail, lag, dead letters and notices are of a deployed stack (--stack).'
const UNREAD = 'Which detectors get their calls is not known, because the event rules could not be read.'

/** Opens a stack or a folder and says how it does. What cannot be read of it is said, and the rest is looked at all the same. */
export async function examine({ stack, data = '', region }: Examined, printing: Printing): Promise<Diagnosis> {
  const target = await openTarget({ data, ...(stack !== undefined && { stack }), ...(region !== undefined && { region }) })
  try {
    if (stack === undefined)
      return diagnose({ name: target.name, checks: await targetChecks(target, undefined, Date.now()), note: OF_A_STACK }, printing)
    const { openHealth } = await import('./open-health.ts')
    const [rules, checks] = await Promise.all([rulesOf(stack, region), targetChecks(target, await openHealth(stack, region), Date.now())])
    return 'unread' in rules
      ? diagnose({ name: target.name, checks: [rules.unread, ...checks], note: UNREAD }, printing)
      : doctor({ ...rules, checks, name: target.name }, printing)
  } finally {
    await target.close()
  }
}

async function rulesOf(
  stack: string,
  region: string | undefined,
): Promise<(DeployedRules & { readonly recording: Recording }) | { readonly unread: Check }> {
  const { openRules } = await import('./open-rules.ts')
  return openRules(stack, region).catch((cause: unknown) => ({
    unread: { name: 'event rules', ...notKnown(cause, 'cloudformation:ListStackResources and events:DescribeRule') },
  }))
}
