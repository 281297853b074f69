import { ResponderError } from '../shared/errors.ts'
import type { Clock } from '../shared/ports/runtime.ts'
import type { Target } from './target.ts'

/** The options that choose the target of a command. */
export interface TargetOptions {
  readonly data: string
  readonly stack?: string
  readonly region?: string
}

/** Throws `usage` where a region is named and no stack that is in it. */
export function requireStack({ stack, region }: { readonly stack?: string | undefined; readonly region?: string | undefined }): void {
  if (stack !== undefined || region === undefined) return
  throw new ResponderError(
    'usage',
    '--region is the region of a stack: name the stack with --stack, or leave --region out for the embedded account',
  )
}

const systemClock: Clock = { now: () => Date.now() }

/** Opens the deployed stack where one is named, otherwise the embedded account. Only the code of that one is loaded. */
export async function openTarget({ data, stack, region }: TargetOptions): Promise<Target> {
  if (stack !== undefined) {
    const { openStack } = await import('./open-stack.ts')
    return openStack(stack, region, systemClock)
  }
  requireStack({ region })
  const { openTargetIn } = await import('./embedded.ts')
  return openTargetIn(data, systemClock)
}
