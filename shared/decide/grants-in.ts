import { type Identity, type Signal, text } from '../domain/signal.ts'

/** Calls that name a user or role and may give it rights: policies and groups are given, boundaries and what denies are taken away. */
const GIVES_RIGHTS =
  /^iam:((Attach|Put)(User|Role)Policy|(Detach|Delete)(User|Role)Policy|(Put|Delete)(User|Role)PermissionsBoundary|AddUserToGroup|RemoveUserFromGroup)$/

/** When each identity was last given rights by these calls (epoch ms), whoever made them. */
export function grantsIn(signals: readonly Signal[]): (identity: Pick<Identity, 'kind' | 'name' | 'account'>) => number | undefined {
  const latest = new Map<string, number>()
  for (const { action, outcome, account, request, time } of signals) {
    if (outcome !== 'success' || !GIVES_RIGHTS.test(action)) continue
    for (const kind of ['user', 'role'] as const) {
      const name = text(request, `${kind}Name`)
      if (name === undefined) continue
      const key = keyOf(account, kind, name)
      latest.set(key, Math.max(time, latest.get(key) ?? 0))
    }
  }
  return ({ kind, name, account }) => latest.get(keyOf(account, kind === 'iam-user' ? 'user' : 'role', name))
}

/** IAM tells names apart without regard to case. */
function keyOf(account: string, kind: 'user' | 'role', name: string): string {
  return `${account} ${kind} ${name.toLowerCase()}`
}
