import { counted } from '../counted.ts'
import type { Incident, IncidentSignal } from '../incident.ts'
import { clockText, DAY_MS, minuteText } from '../time.ts'
import { countryText, placeText } from './place-text.ts'
import { joined, listed, named, type Part, say } from './said.ts'
import { isKnownUse, type UsualUse } from './usual-use.ts'

/** How the identity of an incident is usually used, or that it is not known, as a whole sentence. */
export function usualText({ usual, openedAt }: Pick<Incident, 'usual' | 'openedAt'>): Part[] {
  if (usual === undefined) return say`How it is usually used is not known.`
  const { since, calls, countries, networks, tools, services } = usual
  if (!isKnownUse(usual, openedAt))
    return say`How it is usually used is not known: its history has ${counted(calls, 'call')} since ${minuteText(since)}.`
  const by = networks.length === 0 ? [] : say` (${joined(networks.map((network) => [named(network)]))})`
  const from = countries.length === 0 ? [] : say` from ${listed(countries.map((country) => [countryText(country)]))}${by}`
  const tool = tools.length === 0 ? [] : say` by ${listed(tools.map((one) => [named(one)]))}`
  const what = services.length === 0 ? [] : say`, for ${listed(services.map((one) => [named(one)]))}`
  return say`Usually it is used ${oftenText(usual, openedAt)}${from}${tool}${what}, since ${minuteText(since).slice(0, 10)}.`
}

function oftenText({ calls, since }: UsualUse, at: number): string {
  const perDay = calls / Math.max(1, (at - since) / DAY_MS)
  if (perDay >= 1.5) return `about ${Math.round(perDay)} times a day`
  if (perDay >= 0.75) return 'about once a day'
  return `about every ${Math.round(1 / perDay)} days`
}

/** Where, with which tool and when a call was made, as what follows the verb of a sentence. */
export function usedText(call: IncidentSignal): Part[] {
  const { agentFamily, isUsualPlace, time } = call
  const usual = isUsualPlace === true ? ', which is a usual place of it,' : ''
  const tool = agentFamily === 'unknown' || agentFamily === '' ? [] : say` by ${named(agentFamily)}`
  return say`used from ${placeText(call)}${usual}${tool} at ${clockText(time)}`
}
