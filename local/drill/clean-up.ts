import { errorName } from '../../shared/errors.ts'
import type { DrillAccount } from '../../shared/ports/drill.ts'

/** What a drill has made so far. Nothing else is ever deleted. */
export interface Made {
  readonly name: string
  isUserMade: boolean
  accessKeyId: string | undefined
}

/** Deletes the key and the user that this run has made, the key first; answers what is left, with the command that removes it. A failure of one does not keep the other. */
export async function cleanUp(made: Made, account: DrillAccount): Promise<string[]> {
  const { name, accessKeyId } = made
  const left: string[] = []
  if (accessKeyId !== undefined) {
    const fault = await faultOf(() => account.deleteKey(name, accessKeyId))
    if (fault === undefined) made.accessKeyId = undefined
    else left.push(`the key ${accessKeyId} (${fault}): aws iam delete-access-key --user-name ${name} --access-key-id ${accessKeyId}`)
  }
  if (made.isUserMade) {
    let isDeleted = false
    const fault = await faultOf(async () => {
      isDeleted = await account.deleteUser(name)
    })
    if (isDeleted) made.isUserMade = false
    else
      left.push(
        `the user ${name} (${fault ?? 'a policy or a key is on it, so its incident is not released'}): aws iam delete-user --user-name ${name}`,
      )
  }
  return left
}

async function faultOf(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act()
    return undefined
  } catch (cause) {
    return errorName(cause)
  }
}

/** What a drill that keeps its user leaves, with the commands that remove it. */
export function keptBy({ name, accessKeyId, isUserMade }: Made): string[] {
  return [
    ...(accessKeyId === undefined
      ? []
      : [`the key ${accessKeyId}: aws iam delete-access-key --user-name ${name} --access-key-id ${accessKeyId}`]),
    ...(isUserMade ? [`the user ${name}: aws iam delete-user --user-name ${name}`] : []),
  ]
}
