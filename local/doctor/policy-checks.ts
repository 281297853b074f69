import { isApprover } from '../../shared/domain/approval.ts'
import { boundsFor, runningOverride } from '../../shared/domain/bounds.ts'
import { counted } from '../../shared/domain/counted.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { printable } from '../../shared/domain/printable.ts'
import { minuteText } from '../../shared/domain/time.ts'
import type { PolicyInForce } from '../../shared/record/policy-in-force.ts'
import type { CheckResult } from './check.ts'

/** In which mode the policy in force is, and whether an override replaces it. `end`: the command that ends one. */
export function modeResult({ policy, number }: PolicyInForce, now: number, end: string): CheckResult {
  const others = [
    ...policy.tiers.flatMap(({ name, mode }) => (mode === undefined || mode === policy.mode ? [] : [`tier ${name}: ${mode}`])),
    ...Object.entries(policy.accounts).map(([account, { mode }]) => `account ${account}: ${mode}`),
  ]
  const beside = others.length === 0 ? '' : `; ${others.join(', ')}`
  const own = `Revision ${number}: mode ${policy.mode}${beside}.`
  const running = runningOverride(policy, now)
  if (running !== undefined)
    return {
      state: 'look',
      fact: `An override to mode ${running.mode} replaces every other mode until ${minuteText(Date.parse(running.until))}, by ${printable(running.by, 120)}: ${printable(running.reason, 120)}. ${own}`,
      todo: `It ends by itself, or by \`${end}\``,
    }
  const isObserving = policy.mode === 'observe' && others.every((one) => one.endsWith(': observe'))
  return { state: 'ok', fact: isObserving ? `${own} It records; it asks nobody and changes nothing.` : own }
}

export interface ApproverSubject {
  readonly policy: Policy
  /** Who runs the command. */
  readonly caller: string
  /** Whether the stack posts to a channel of Slack; undefined in a folder, which has none. */
  readonly hasSlack: boolean | undefined
  /** The ids of the users and roles of the account, as the last inventory found them; none where there was no inventory. */
  readonly known: readonly string[]
  readonly now: number
}

/** Who may give a verdict, and whether anybody of them is there. */
export function approversResult({ policy, caller, hasSlack, known, now }: ApproverSubject): CheckResult {
  const { approvers, slack } = policy
  const isCaller = isApprover(policy, { by: caller }, { kind: 'legitimate', tier: 'default' })
  const you = `you (${printable(caller, 120)}) ${isCaller ? 'are one' : 'are none'}`
  const found = known.filter((id) => boundsFor(policy, id, {}, now).approver !== undefined).length
  const inAccount =
    known.length === 0
      ? 'how many of them there are is not known without an inventory'
      : `${found} of the users and roles of the account ${found === 1 ? 'is one' : 'are'}`
  const byCommand =
    approvers.length === 0
      ? 'Whoever has the rights to run the commands may countersign, because approvers is empty'
      : `By command line and console these may countersign: ${approvers.map((one) => printable(one, 120)).join(', ')}; ${hasSlack === undefined ? you : `${inAccount}, ${you}`}`
  const inSlack = hasSlack === undefined ? '' : ` ${slackText(slack.approvers, hasSlack)}`
  const fact = `${byCommand}.${inSlack}`
  const isEmptySlack = hasSlack === true && slack.approvers.length === 0
  if (
    approvers.length > 0 &&
    hasSlack !== undefined &&
    known.length > 0 &&
    found === 0 &&
    !isCaller &&
    (hasSlack === false || isEmptySlack)
  )
    return { state: 'broken', fact, todo: 'Nobody of the account may countersign: set approvers in policy.yaml to who is there.' }
  if (isEmptySlack) return { state: 'look', fact, todo: 'Name who may decide in Slack in slack.approvers of policy.yaml.' }
  if (hasSlack === false && slack.approvers.length > 0)
    return { state: 'look', fact, todo: 'Set slack in cdk.json and deploy, or take slack.approvers out of policy.yaml.' }
  if (approvers.length === 0 && hasSlack !== undefined)
    return { state: 'look', fact, todo: 'Name who answers in approvers of policy.yaml: whoever is named there is never restricted.' }
  return { state: 'ok', fact }
}

function slackText(rules: Policy['slack']['approvers'], hasSlack: boolean): string {
  const count = (key: 'users' | 'groups') => new Set(rules.flatMap((rule) => rule[key])).size
  const named = rules.length === 0 ? 'nobody' : `${counted(count('users'), 'user')} and ${counted(count('groups'), 'group')}`
  return hasSlack
    ? `In Slack ${named} may; its channel is set.`
    : `No channel of Slack is set, in which the policy lets ${named} countersign.`
}
