import { iamClient } from '../shared/aws/clients.ts'
import { awsDrillAccount } from '../shared/aws/drill-account.ts'
import { parseArn } from '../shared/domain/arn.ts'
import { ResponderError } from '../shared/errors.ts'
import type { DrillAccount } from '../shared/ports/drill.ts'
import { openStack } from './open-stack.ts'
import type { Target } from './target.ts'

/** Opens a deployed stack, and the account of the same credentials. Throws where that is another account: the stack would not see what is done there. */
export async function openDrill(stack: string, region: string | undefined): Promise<{ target: Target; account: DrillAccount }> {
  const target = await openStack(stack, region, { now: () => Date.now() })
  try {
    const caller = parseArn(target.caller)
    const own = target.reach?.account ?? ''
    if (caller === undefined || caller.account !== own)
      throw new ResponderError(
        'usage',
        `your credentials are of ${target.caller}, and the stack is in account ${own}: run the drill with credentials of that account`,
      )
    const inRegion = /--region (\S+)/.exec(target.options)?.[1]
    const options = inRegion === undefined ? {} : { region: inRegion }
    return { target, account: awsDrillAccount(iamClient(options), { id: own, partition: caller.partition, options }) }
  } catch (cause) {
    await target.close()
    throw cause
  }
}
