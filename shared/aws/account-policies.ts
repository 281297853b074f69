import { GetAccountAuthorizationDetailsCommand, type GetAccountAuthorizationDetailsResponse, type IAMClient } from '@aws-sdk/client-iam'
import { AuthorizationDetails } from '../domain/authorization-details.ts'
import { accountPoliciesOf } from '../domain/policies-in-details.ts'
import { ResponderError } from '../errors.ts'
import type { AccountSource } from '../ports/reach.ts'

/** Entries on one page, the most that IAM gives. */
const PAGE_SIZE = 1000

/** An account has 5,000 users, 5,000 roles, 500 groups and 5,000 policies at most where its limits were raised; what has more pages never ends. */
const PAGES = 200

/** The policies of accounts through the AWS API, all pages of one account at once. */
export function iamAccountSource(clientOf: (account: string) => IAMClient): AccountSource {
  return {
    async read(account) {
      const client = clientOf(account)
      const all = {
        UserDetailList: [] as unknown[],
        GroupDetailList: [] as unknown[],
        RoleDetailList: [] as unknown[],
        Policies: [] as unknown[],
      }
      let marker: string | undefined
      for (let page = 0; page < PAGES; page++) {
        const got: GetAccountAuthorizationDetailsResponse = await client.send(
          new GetAccountAuthorizationDetailsCommand({ MaxItems: PAGE_SIZE, ...(marker === undefined ? {} : { Marker: marker }) }),
        )
        all.UserDetailList.push(...(got.UserDetailList ?? []).map(withoutTimes))
        all.GroupDetailList.push(...(got.GroupDetailList ?? []).map(withoutTimes))
        all.RoleDetailList.push(...(got.RoleDetailList ?? []).map(withoutTimes))
        // Some servers that speak IAM leave the name out, which the ARN ends in.
        all.Policies.push(...(got.Policies ?? []).map((one) => ({ PolicyName: one.Arn?.split('/').at(-1), ...withoutTimes(one) })))
        marker = got.IsTruncated === true ? got.Marker : undefined
        if (marker === undefined) return policiesOf(all)
      }
      throw new ResponderError('input.unreadable', `account ${account} has more than ${PAGES} pages of authorization details`)
    },
  }
}

function policiesOf(details: unknown) {
  const parsed = AuthorizationDetails.safeParse(details)
  if (parsed.success) return accountPoliciesOf(parsed.data)
  const [issue] = parsed.error.issues
  throw new ResponderError('input.unreadable', `authorization details: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** The SDK makes times into objects, and none of them says anything of rights. */
function withoutTimes<T extends object>({ CreateDate: _, ...entry }: T & { readonly CreateDate?: unknown }): object {
  return entry
}
