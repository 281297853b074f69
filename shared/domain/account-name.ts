import { printable } from './printable.ts'
import type { Identity } from './signal.ts'

/** What the name of an account may be. @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html */
export const ACCOUNT_NAME = /^[!-~](?:[ -~]{0,48}[!-~])?$/

/** What of a policy names accounts. */
interface NamesAccounts {
  readonly accounts: Readonly<Record<string, { readonly name?: string | undefined }>>
}

/** What the policy calls the account of an identity, as an incident keeps it: nothing where it has no name for it. */
export function accountNameOf({ accounts }: NamesAccounts, { account }: Pick<Identity, 'account'>): { readonly accountName?: string } {
  const name = Object.hasOwn(accounts, account) ? accounts[account]?.name : undefined
  return name === undefined ? {} : { accountName: name }
}

/** The account of an incident for people: `production (123456789012)`, or the id alone. */
export function accountText({
  identity,
  accountName,
}: {
  readonly identity: Pick<Identity, 'account'>
  readonly accountName?: string
}): string {
  const id = printable(identity.account, 32)
  return accountName === undefined ? id : `${printable(accountName, 50)} (${id})`
}
