import type { Advisor, EvidencePack } from '../ports/advisor.ts'

/**
 * An offline advisor: a formula that replaces the language model when Bedrock is not available.
 *
 * It uses what the deterministic score does not: the number of different techniques, and the maturity of the baseline. The same pack always gets
 * the same answer.
 */
export function offlineAdvisor(): Advisor {
  return {
    async advise(pack) {
      const techniques = [...new Set(pack.findings.map(({ technique }) => technique))]
      // Logistic function: three techniques and a half-mature baseline at risk 60 give 50; one technique more or less moves it by about 20.
      const score = 0.9 * (techniques.length - 3) + 1.2 * (pack.baseline.maturity - 0.5) + (pack.risk - 60) / 25
      const likelihood = Math.round(100 / (1 + Math.exp(-score)))
      return {
        kind: 'answered',
        likelihood,
        verdict: likelihood >= 60 ? 'compromised' : likelihood <= 25 ? 'legitimate' : 'unclear',
        reasons: reasonsOf(pack, techniques.length),
        techniques: techniques.filter((technique) => /^T\d{4}/.test(technique)).slice(0, 8),
        narrative: narrativeOf(pack, techniques.length),
        nextSteps: [],
        model: 'offline',
        inputTokens: 0,
        outputTokens: 0,
        milliseconds: 0,
      }
    },
  }
}

function reasonsOf({ findings, baseline }: EvidencePack, techniques: number) {
  const ids = findings.slice(0, 3).map(({ id }) => id)
  return [
    { text: `${techniques} techniques together`, evidence: ids.length > 0 ? ids : ['BASELINE'] },
    { text: `${baseline.calls} calls in ${baseline.ageDays} days are known`, evidence: ['BASELINE'] },
  ]
}

function narrativeOf({ findings, baseline }: EvidencePack, techniques: number): string {
  const first = findings.slice(0, 3).map(({ detector }) => detector)
  return `Template: ${techniques} techniques (${first.join(', ')}) against a baseline of ${baseline.calls} calls in ${baseline.ageDays} days.`
}

/** The advisor when none is configured: every question falls back to the deterministic risk. */
export const absentAdvisor: Advisor = { isAbsent: true, advise: async () => ({ kind: 'fallback', cause: 'absent' }) }
