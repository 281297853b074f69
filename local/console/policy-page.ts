import { html } from 'hono/html'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { describeDetector } from '../../shared/detect/describe-detector.ts'
import { runningOverride } from '../../shared/domain/bounds.ts'
import { tuningOf } from '../../shared/domain/detector-tuning.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { commandOn } from '../command-name.ts'
import { figures, shown, table } from '../page/document.ts'
import { tuningText } from '../render/detector-tuning.ts'
import { evidenceRows } from '../render/evidence-table.ts'
import { policySentences } from '../render/policy-lines.ts'
import type { Page, Room } from './frame.ts'
import { typedLine } from './typed-line.ts'

/** A policy and the time (epoch ms) by which its exceptions end. */
interface InForce {
  readonly policy: Policy
  readonly now: number
}

/** The policy in force in sentences: what follows from which evidence, for whom, and what it may not mean. */
export function policyPage({ policy, number, now }: InForce & { readonly number: number }, room: Room): Page {
  const { base } = room
  const running = runningOverride(policy, now)
  const { notify, ask, restrict, contain } = policy.thresholds
  const lines = policySentences(policy, now)
  const [warnings, others] = [lines.filter(isWarning), lines.filter((line) => !isWarning(line))]
  const body = html`${figures([
    ['Mode', running?.mode ?? policy.mode, running === undefined ? 'what may be done by itself' : `overridden until ${running.until}`],
    ['Revision', number, number === 0 ? 'none is stored: the default counts' : 'of the policy'],
    ['Notify, ask', `${notify}, ${ask}`, 'risk from which'],
    ['Restrict, contain', `${restrict}, ${contain}`, 'risk from which'],
    ['Tiers', policy.tiers.length, 'identities treated apart'],
  ])}${warnings.map((line) => html`<p class="note ask">${typedLine(line, room, 500)}</p>`)}
${table(
  [
    { name: 'Evidence', kind: 'wide' },
    { name: 'What follows', kind: 'wide' },
  ],
  evidenceRows(policy.evidence, policy.thresholds),
  'Which evidence leads to what: the first row that applies counts',
)}
<h2>What else it says</h2><ul>${others.map((line) => html`<li>${typedLine(line.trim(), room, 500)}</li>`)}</ul>
<p>It is read only here: <code>${shown(commandOn(room, 'policy apply FILE', '--reason "…"'), 300)}</code> changes it. <a href="${base}/detectors">Every detector, and how this policy tunes it</a>.
<a href="${base}/patterns">What verdicts taught</a>.</p>`
  return { title: 'Policy in force', body }
}

function isWarning(line: string): boolean {
  return line.startsWith('Warning: ')
}

/** Every detector with what it says, what it rests on and what to do first, and how the policy tunes it. */
export function detectorsPage({ policy, now }: InForce, { base }: Room): Page {
  const all = [...CATALOGUE].sort((a, b) => (a.id < b.id ? -1 : 1)).map((detector) => describeDetector(detector))
  const columns = [
    { name: 'Detector', kind: 'wide' },
    { name: 'Says' },
    { name: 'Weight', kind: 'number' },
    { name: 'ATT&CK' },
    { name: 'Policy' },
    { name: 'What to do first', kind: 'wide' },
  ] as const
  const rows = all.map(({ id, title, axis, weight, technique, techniqueUrl, isBinding, runbook }) => [
    html`${title} <span class="id faint" id="${id}">${id}</span>`,
    axis,
    weight,
    html`<a href="${techniqueUrl}" rel="noreferrer">${technique}</a>`,
    isBinding ? 'as it is, always' : tuningText(tuningOf(policy.detectors, id), now),
    runbook,
  ])
  const own = Object.keys(policy.detectors).filter((id) => all.every((one) => one.id !== id))
  const body = html`<p>${all.length} detectors. They say <em>who</em> calls or <em>what</em> is done; both together lead to a containment. <a href="${base}/policy">The policy in force</a>.</p>
${own.length === 0 ? '' : html`<p>Rules of its own that the policy tunes: ${shown(own.join(', '), 500)}.</p>`}
${table(columns, rows, 'Detectors by their ids')}`
  return { title: 'Detectors', body }
}
