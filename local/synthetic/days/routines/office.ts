import type { User } from '../../cast.ts'
import { busyness } from '../../story.ts'
import type { Account } from '../account.ts'
import { byKey, keyUser, PACES } from '../actors.ts'
import { drawSome, times } from '../draw.ts'
import type { Routine } from '../kind.ts'
import { personName } from '../names.ts'
import { addressAt, drawSite } from '../places.ts'
import type { Actor, Step } from '../step.ts'
import { agentOf } from '../tools.ts'
import { drawThings, shellHabits } from './developer.ts'

/** A person of an office, with a user and a key. */
export interface Colleague {
  readonly user: User
  readonly habits: readonly Step[]
  open(time: number, origin?: Partial<Pick<Actor, 'address' | 'agent' | 'label' | 'pace'>>): Actor
}

/** People with users of the account who all call through the gateway of one office. `site` says where that is on a day, by its midnight. */
export function office(account: Account, site: (midnight: number) => string): { people: readonly Colleague[]; everyDay: Routine } {
  const { random } = account
  const people = times(random.whole(6, 11), (): Colleague => {
    const user = keyUser(account, personName(random))
    const agent = agentOf(random, random.pick(['cliOnMac', 'cliOnLinux', 'cliOnWindows']))
    const open: Colleague['open'] = (time, origin) =>
      byKey(user, time, { address: addressAt(random, site(midnightOf(account, time))), agent, pace: PACES.person, ...origin })
    return { user, habits: shellHabits(drawThings(account)), open }
  })
  const everyDay = (midnight: number) => {
    for (const { habits, open } of people) {
      if (!random.chance(0.95 * busyness(midnight))) continue
      for (let sitting = random.whole(2, 4); sitting > 0; sitting--) {
        const time = account.minuteOf(midnight, 7 * 60, 17 * 60)
        account.run(open(time), time, drawSome(random, habits, random.whole(3, 6)))
      }
    }
  }
  return { people, everyDay }
}

/** Two lines of internet providers of one country, of different beginnings. */
export function twoLines({ random }: Account): readonly [old: string, next: string] {
  const old = drawSite(random, 'germanHome')
  let next = old
  while (next === old) next = drawSite(random, 'germanHome')
  return [old, next]
}

function midnightOf({ lastDay }: Account, time: number): number {
  const day = 86_400_000
  return lastDay + Math.floor((time - lastDay) / day) * day
}
