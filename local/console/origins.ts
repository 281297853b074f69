import { html } from 'hono/html'
import type { Baseline } from '../../shared/domain/baseline.ts'
import type { IncidentSignal } from '../../shared/domain/incident.ts'
import { networkKind, networkName } from '../../shared/domain/network.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import { addressKind } from '../../shared/sense/enrich/address-kind.ts'
import { chart } from '../page/chart.ts'
import { type Markup, shown, table } from '../page/document.ts'
import { moment } from '../render/style.ts'

/** The most addresses that are shown; the busiest come first. */
const ADDRESSES = 20

interface Origin {
  readonly address: string
  readonly country: string
  readonly network: string
  readonly organisation: string
  readonly kind: string
  readonly calls: readonly IncidentSignal[]
  readonly agents: readonly string[]
  readonly isKnown: boolean | undefined
}

/** The countries and networks of an incident's calls, compared with the identity's baseline. */
export function originsOf(signals: readonly IncidentSignal[], baseline: Baseline | undefined, geoIp: GeoIp): Markup {
  const origins = [...Map.groupBy(signals, ({ address }) => address)]
    .map(([address, calls]) => originOf(address, calls, { baseline, geoIp }))
    .sort((a, b) => b.calls.length - a.calls.length)
  const shownOnes = origins.slice(0, ADDRESSES)
  const more = origins.length - shownOnes.length
  const columns = [
    { name: 'Address', kind: 'time' },
    { name: 'Country' },
    { name: 'Network', kind: 'wide' },
    { name: 'Is' },
    { name: 'For this identity' },
    { name: 'Tools' },
    { name: 'Calls', kind: 'number' },
    { name: 'First – last (UTC)', kind: 'time' },
  ] as const
  const rows = shownOnes.map(({ address, country, network, organisation, kind, calls, agents, isKnown }) => [
    html`<code>${shown(address, 60)}</code>`,
    shown(country, 10),
    shown(`${network} ${organisation}`.trim(), 80),
    kind,
    isKnown === undefined ? '' : isKnown ? 'known' : html`<span class="badge ask">not seen before</span>`,
    shown(agents.join(', '), 80),
    calls.length,
    `${moment(calls[0]?.time ?? 0).slice(5, 16)} – ${moment(calls.at(-1)?.time ?? 0).slice(11, 16)}`,
  ])
  return html`${drawn(shownOnes)}${table(columns, rows, 'Where the calls came from')}${more > 0 ? html`<p class="faint">… and ${more} more addresses.</p>` : ''}`
}

function originOf(
  address: string,
  calls: readonly IncidentSignal[],
  { baseline, geoIp }: { baseline: Baseline | undefined; geoIp: GeoIp },
): Origin {
  const isPublic = addressKind(address) === 'public'
  const { country, network } = isPublic ? geoIp.locate(address) : { country: undefined, network: undefined }
  const name = network === undefined ? '' : networkName(network)
  return {
    address,
    country: calls[0]?.country ?? country ?? '',
    network: name,
    organisation: network?.organisation ?? '',
    kind: network === undefined ? (isPublic ? 'unknown network' : addressKind(address)) : KINDS[networkKind(network)],
    calls,
    agents: [...new Set(calls.map(({ agentFamily }) => agentFamily))],
    isKnown: name === '' || baseline === undefined ? undefined : isUsual(baseline, name),
  }
}

/** A value on probation was first seen less than a day ago, perhaps with the incident itself: it does not count as known. */
function isUsual({ features, expected, probation }: Baseline, network: string): boolean {
  const word = `network=${network}`
  return expected.has(word) || (features.network.values.includes(network) && !probation.has(word))
}

const KINDS = { aws: 'AWS', anonymiser: 'Tor or VPN', hosting: 'hosting, VPN or cloud', access: 'access network' } as const

/** The longest label of an origin, in characters: more has no room on a phone. */
const LABEL = 24

/** A drawing of the calls by time and origin, which shows two origins at the same time. */
function drawn(origins: readonly Origin[]): Markup {
  const label = ({ address, country, network }: Origin) => shown([country, network === '' ? address : network].join(' ').trim(), LABEL)
  const names = [...new Set(origins.map(label))].slice(0, 8)
  return chart(
    {
      useUTC: true,
      xAxis: { type: 'time', splitNumber: 4 },
      // Widths of letters are estimated where a drawing is made, so labels get some room more.
      grid: { top: 50, bottom: 30, left: 28, right: 20, containLabel: true },
      yAxis: { type: 'category', data: names },
      series: [
        {
          type: 'scatter',
          symbolSize: 9,
          color: '#4a7bd0',
          itemStyle: { opacity: 0.6 },
          data: origins.flatMap((origin) => origin.calls.slice(0, 400).map(({ time }) => [time, label(origin)])),
        },
      ],
    },
    { title: 'When calls came from where (UTC)', height: 110 + 34 * names.length },
  )
}
