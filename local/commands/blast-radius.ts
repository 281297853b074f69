import type { Reach } from '../../shared/decide/reach/account-reach.ts'
import { reachIn } from '../../shared/decide/reach/account-reach.ts'
import { isCertain, unknownOf } from '../../shared/decide/reach/found-paths.ts'
import { isServiceLinked } from '../../shared/domain/account-policies.ts'
import { isCalled } from '../../shared/domain/listed-holder.ts'
import { accountPoliciesOf } from '../../shared/domain/policies-in-details.ts'
import { printable } from '../../shared/domain/printable.ts'
import { ResponderError } from '../../shared/errors.ts'
import { readAccount } from '../account-file.ts'
import { jsonText } from '../render/json-text.ts'
import { renderReach, renderReaches } from '../render/reach.ts'
import { requireWritable, writeOut } from '../write-out.ts'

export interface BlastRadiusOptions {
  readonly file: string
  /** An ARN, or a name that only one has. */
  readonly identity: string | undefined
  readonly isJson: boolean
  /** The HTML page to write. */
  readonly page: string | undefined
  /** That of the terminal. */
  readonly width?: number | undefined
}

/** What the users and roles of an account file could do, the gravest first; service-linked roles are left out. */
export async function blastRadius({ file, identity, isJson, page, width }: BlastRadiusOptions): Promise<string> {
  if (page !== undefined) await requireWritable(page)
  const all = [...reachIn(accountPoliciesOf(await readAccount(file))).values()]
  const listed = all.filter(({ id }) => !isServiceLinked(id))
  const chosen = identity === undefined ? listed : [identityIn(all, identity)]
  const found = chosen.toSorted((a, b) => b.reach - a.reach || (a.id < b.id ? -1 : 1))
  if (page !== undefined) {
    const { reachPage } = await import('../replay/reach-page.ts')
    await writeOut(page, await reachPage(found))
  }
  if (isJson) return found.map((one) => jsonText(reachLine(one))).join('\n')
  const [only] = found
  if (identity !== undefined && only !== undefined) return renderReach(only, width)
  return renderReaches(found, all.length - listed.length, width)
}

/** One identity as a line of `--json`. `dependsOn` is there where a path is possible only: it names what is not known. */
function reachLine({ id, reach, reasons, paths }: Reach): object {
  return {
    id,
    reach,
    reasons,
    paths: paths.map((found) => ({
      name: found.path.name,
      category: found.path.category,
      permissions: found.path.permissions,
      ...(isCertain(found) ? {} : { dependsOn: unknownOf(found) }),
    })),
  }
}

function identityIn(all: readonly Reach[], identity: string): Reach {
  const found = all.filter(({ id }) => isCalled(id, identity))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const why =
    only === undefined
      ? 'the file has none'
      : `it has ${found.length}: name one by its ARN, ${found.map(({ id }) => printable(id, 200)).join(' or ')}`
  throw new ResponderError('usage', `no one identity is called ${jsonText(identity)}: ${why}`)
}
