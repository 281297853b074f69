import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SHOTS = join(import.meta.dirname, '..', '..', 'artefacts', 'console')

export const LOOKS = {
  desk: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
} as const

export interface Browser {
  readonly context: BrowserContext
  /** A page, and what went wrong on it: scripts that failed, what its policy refused, dialogs, what it asked of others. */
  open(): Promise<{ page: Page; troubles: string[] }>
  close(): Promise<void>
}

/** A headless Chromium with a profile of its own, which it forgets. */
export async function browser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'countersign-browser-'))
  const executablePath = process.env.CHROMIUM
  if (executablePath === undefined) throw new Error('run it by `npm run test:browser`, which finds a Chromium')
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: FLAGS, viewport: LOOKS.desk })
  return {
    context,
    async open() {
      const page = await context.newPage()
      const troubles: string[] = []
      page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') troubles.push(`console: ${message.text()}`)
      })
      page.on('dialog', async (dialog) => {
        troubles.push(`dialog: ${dialog.message()}`)
        await dialog.dismiss()
      })
      page.on('request', (request) => {
        const { protocol, hostname } = new URL(request.url())
        if (protocol !== 'data:' && protocol !== 'file:' && hostname !== '127.0.0.1') troubles.push(`request: ${request.url()}`)
      })
      return { page, troubles }
    },
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

/** What axe-core finds that keeps somebody from using a page: rule, and the first place. */
export async function faultsOf(page: Page): Promise<string[]> {
  // By the debugger, not by a tag: the page's own policy lets no stranger's script in.
  await page.evaluate(AXE)
  const { violations } = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
  }>('axe.run(document, { resultTypes: ["violations"] })')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`)
}

/** Saves the whole page as it looks now. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })
}
