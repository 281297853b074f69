import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import type { Thresholds } from '../../shared/domain/policy.ts'
import { chart } from '../page/chart.ts'
import type { Markup } from '../page/document.ts'

/** The risk by the findings after each call, without the advisor, with the thresholds and the time of containment. Times are UTC. */
export function riskDrawing(incident: Incident, signals: readonly IncidentSignal[], { ask, restrict, contain }: Thresholds): Markup {
  const contained = incident.containedAt
  const lines = [
    { yAxis: ask, label: { formatter: 'ask', position: 'insideEndTop' } },
    ...(restrict < contain ? [{ yAxis: restrict, label: { formatter: 'restrict', position: 'insideEndTop' } }] : []),
    { yAxis: contain, label: { formatter: 'contain', position: 'insideEndTop' } },
    ...(contained === undefined ? [] : [{ xAxis: contained, label: { formatter: 'contained' } }]),
  ]
  return chart(
    {
      useUTC: true,
      xAxis: {
        type: 'time',
        splitNumber: 4,
        min: 'dataMin',
        ...(contained === undefined ? {} : { max: Math.max(contained, signals.at(-1)?.time ?? 0) }),
      },
      yAxis: { type: 'value', min: 0, max: 100 },
      series: [
        {
          type: 'line',
          step: 'end',
          sampling: 'lttb',
          symbolSize: 5,
          color: '#c4453b',
          areaStyle: { opacity: 0.15 },
          data: signals.map(({ time, risk }) => [time, risk]),
          markLine: { symbol: 'none', silent: true, lineStyle: { color: '#7d7d7d' }, data: lines },
        },
      ],
    },
    { title: 'Risk by the findings over time, without the advisor (UTC)', height: 280 },
  )
}
