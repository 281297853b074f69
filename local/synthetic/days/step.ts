import type { Caller } from '../record.ts'

/** Whose a record is. */
export type Label = 'benign' | 'malicious'
type Fields = Readonly<Record<string, unknown>>

/** Who calls. What it does has its label, and so has what the sessions do that it opens. `pace` is seconds between two of its calls, least and most. */
export interface Actor extends Caller {
  readonly label: Label
  readonly pace: readonly [least: number, most: number]
}

/** What a call is beside its action and request. */
export interface StepDetails {
  readonly region?: string
  readonly response?: Fields
  readonly resources?: readonly Fields[]
  /** Refused by the caller's own policies (true), or by a service control policy. */
  readonly refused?: true | 'scp'
  readonly error?: readonly [code: string, message: string]
  /** True for a call whose effect nothing undoes. */
  readonly isIrreversible?: boolean
  /** Fields that replace those of the record. */
  readonly more?: Fields
}

/** A call: `['ec2:DescribeVpcs', { … }]`. The action is named as IAM has it, the request as CloudTrail spells it. */
export type Step = readonly [action: string, request?: Fields | null, details?: StepDetails]

/** What marks a record that a trail has only where it logs data events. */
export const DATA_EVENT = { eventCategory: 'Data', managementEvent: false } as const
