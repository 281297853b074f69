import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'

export type Conditions = Record<string, Record<string, string | string[]>>

/** A statement of a resource's own policy that denies calls to everybody whom its conditions meet, whatever rights they have in the account. */
export function denyOthers(
  sid: string,
  { actions, resources, conditions }: { readonly actions: string[]; readonly resources: string[]; readonly conditions: Conditions },
): PolicyStatement {
  return new PolicyStatement({ sid, effect: Effect.DENY, principals: [new AnyPrincipal()], actions, resources, conditions })
}

/** The condition of a Deny that leaves these roles alone. Where there are none it meets every principal, and no service that moves messages by itself. */
export function exceptBy(roles: readonly string[]): Conditions {
  return roles.length === 0 ? { Null: { 'aws:PrincipalArn': 'false' } } : { ArnNotEquals: { 'aws:PrincipalArn': [...roles] } }
}
