import { counted } from '../../shared/domain/counted.ts'
import { ResponderError } from '../../shared/errors.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { type Audit, audit } from '../../shared/record/audit.ts'
import { ExportFormat, exportRecord } from '../../shared/record/export/export.ts'
import { seal } from '../../shared/record/seal.ts'
import { discrepancyText } from '../../shared/record/seal-notice.ts'
import { faultText, sealedAtText, sealedText, uncomparedText } from '../render/fault.ts'
import { jsonText } from '../render/json-text.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'

/** Checks every chain of the record, and every seal. Names the first bad entry of each damaged chain. */
export async function verifyChanges(
  target: Target,
  { isJson, now }: { isJson: boolean; now: number },
): Promise<{ output: string; isWhole: boolean }> {
  const found = await audit(target)
  const isWhole = found.faults.length === 0
  const { chains, entries, seals, sealedAt, faults, discrepancies, uncompared } = found
  if (isJson) return { output: jsonText({ chains, entries, seals, sealedAt, isWhole, faults, discrepancies, uncompared }), isWhole }
  const lines = [...faults.map(faultText), ...discrepancies.map(sealedText), ...uncomparedText(uncompared), ...sealedAtText(sealedAt, now)]
  return { output: [...lines, summaryOf(found, target)].join('\n'), isWhole }
}

function summaryOf({ chains, entries, seals, faults }: Audit, { vault }: Target): string {
  const sealed = vault === undefined ? 'there are no seals' : `checked against ${counted(seals, 'seal')}`
  if (faults.length === 0) return `${counted(chains, 'chain')} with ${counted(entries, 'entry', 'entries')}: intact, ${sealed}.`
  return `${faults.length} of ${counted(chains, 'chain')} ${faults.length === 1 ? 'is' : 'are'} damaged, ${sealed}.`
}

/** Seals the record now, beside the daily seal. */
export async function sealChanges(target: Target, { isJson }: { isJson: boolean }): Promise<{ output: string; isWhole: boolean }> {
  const { vault } = target
  if (vault === undefined)
    throw new ResponderError('usage', `${target.name} has no bucket for seals: deploy this version of the stack first`)
  const { record, notifier, archive } = target
  const { entry, heads, discrepancies, uncompared } = await seal({
    record,
    vault,
    archive,
    notifier,
    clock: { now: () => Date.now() },
    log: silentLog,
  })
  const isWhole = discrepancies.length === 0 && uncompared === 0
  if (isJson) return { output: jsonText(entry), isWhole }
  const entries = heads.reduce((sum, { number }) => sum + number, 0)
  const lines = [
    ...discrepancies.map(discrepancyText),
    ...uncomparedText(uncompared),
    `Seal ${entry.number} covers ${counted(heads.length, 'chain')} with ${counted(entries, 'entry', 'entries')} in ${target.name}.`,
  ]
  return { output: lines.join('\n'), isWhole }
}

/** The record as lines of JSON, for other systems. */
export function exportChanges(target: Target, format: string): AsyncGenerator<string> {
  const known = ExportFormat.safeParse(format)
  if (!known.success) throw new ResponderError('usage', `--format is one of ${ExportFormat.options.join(', ')}; got "${format}"`)
  return exportRecord(known.data, target, tellUnreadable)
}
