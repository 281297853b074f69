import { type Random, randomOf } from '../random.ts'
import { type CloudTrailRecord, recordOf } from '../record.ts'
import { DAY, SECOND } from '../story.ts'
import { drawSome } from './draw.ts'
import { refusalOf } from './refusal.ts'
import { type Pages, withRepeats } from './repeats.ts'
import type { Actor, Label, Step } from './step.ts'

/** A record as it was written, `time` in epoch ms. */
export interface Written {
  readonly time: number
  readonly label: Label
  readonly isIrreversible: boolean
  readonly record: CloudTrailRecord
}

/** The account of one case: its regions, its words for things, and what was written of it so far. */
export class Account {
  readonly random: Random
  readonly home: string
  readonly regions: readonly string[]
  readonly written: Written[] = []
  /** Midnight (UTC) of the case's last day, epoch ms. */
  readonly lastDay: number

  private readonly pages: Pages = new Map()

  /** `isWorkday`: the last day is none of a weekend. */
  constructor(seed: number, isWorkday: boolean) {
    this.random = randomOf(seed)
    const [home, ...others] = drawSome(this.random, HOMES, 3)
    this.home = home as string
    this.regions = [this.home, ...others]
    const week = FIRST_DAY + this.random.whole(0, 34) * 7 * DAY
    this.lastDay = week + this.random.whole(0, isWorkday ? 4 : 6) * DAY
  }

  /** Writes one call. */
  tell(actor: Actor, time: number, [action, request, details = {}]: Step): CloudTrailRecord {
    const [service = '', operation = ''] = action.split(':')
    const { region, response, resources, refused, error, more } = details
    const refusal = refused === undefined ? error : refusalOf(actor, action, refused)
    const call = {
      time,
      service: HOSTS[service] ?? service,
      name: EVENT_NAMES[action] ?? operation,
      region: GLOBAL.has(service) ? 'us-east-1' : (region ?? this.home),
      ...(request === undefined || request === null ? {} : { request }),
      ...(response === undefined ? {} : { response }),
      ...(resources === undefined ? {} : { resources }),
      ...(refusal === undefined ? {} : { error: refusal }),
      more: { ...(READS.test(operation) ? { readOnly: true } : {}), ...more },
    }
    const record = recordOf(actor, call, this.random)
    const isIrreversible = details.isIrreversible === true && refusal === undefined
    this.written.push({ time, label: actor.label, isIrreversible, record })
    return record
  }

  /**
   * Writes calls one after the other, the first at `time`, at the pace of the caller, with the further pages of answers and throttled attempts.
   * Returns when the next one would be.
   */
  run(actor: Actor, time: number, steps: readonly Step[]): number {
    let at = time
    for (const step of steps.flatMap((one) => withRepeats(this.random, this.pages, { actor, step: one }))) {
      this.tell(actor, at, step)
      at += this.pause(actor.pace)
    }
    return at
  }

  /** A random time within minutes of a day: `minuteOf(day, 8 * 60, 17 * 60)`. */
  minuteOf(midnight: number, from: number, to: number): number {
    return midnight + this.random.whole(from * 60, to * 60) * SECOND
  }

  private pause([least, most]: readonly [number, number]): number {
    return this.random.whole(least * SECOND, most * SECOND)
  }
}

/** A Monday. */
const FIRST_DAY = Date.UTC(2026, 1, 2)

const HOMES = ['eu-west-1', 'eu-central-1', 'us-west-2', 'us-east-2', 'eu-north-1', 'ca-central-1', 'ap-southeast-2'] as const

/** Services whose records are in us-east-1. */
const GLOBAL = new Set(['iam', 'organizations', 'route53', 'ce', 'support', 'budgets', 'account', 'signin'])

/** Services that CloudTrail names otherwise than IAM. */
const HOSTS: Readonly<Record<string, string>> = { cloudwatch: 'monitoring' }

/** Operations to whose names Lambda appends the version of its API. */
const EVENT_NAMES: Readonly<Record<string, string>> = {
  'lambda:ListFunctions': 'ListFunctions20150331',
  'lambda:GetFunction': 'GetFunction20150331v2',
  'lambda:GetFunctionConfiguration': 'GetFunctionConfiguration20150331v2',
  'lambda:CreateFunction': 'CreateFunction20150331',
  'lambda:UpdateFunctionCode': 'UpdateFunctionCode20150331v2',
  'lambda:UpdateFunctionConfiguration': 'UpdateFunctionConfiguration20150331v2',
  'lambda:PublishVersion': 'PublishVersion20150331',
  'lambda:UpdateAlias': 'UpdateAlias20150331',
  'lambda:DeleteFunction': 'DeleteFunction20150331',
  'lambda:PublishLayerVersion': 'PublishLayerVersion20181031',
  'lambda:GetPolicy': 'GetPolicy20150331v2',
  'lambda:AddPermission': 'AddPermission20150331v2',
}

/** Operations that CloudTrail marks as reads. */
const READS =
  /^(Get|List|Describe|Head|Lookup|BatchGet|Search|Simulate|FilterLogEvents|AssumeRole|InvokeModel|Converse|Decrypt|GenerateDataKey)/
