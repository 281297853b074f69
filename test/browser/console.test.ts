import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proxiesIn } from '../../local/console/proxies.ts'
import { type ServedConsole, serveConsole, serveShared } from '../../local/console/serve.ts'
import { KINDS } from '../../local/synthetic/days/kinds.ts'
import { synthesiseDays } from '../../local/synthetic/days/synthesise-days.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { consoleWorld, PAYLOAD, plantPoison } from '../console.ts'
import { freePort } from '../free-port.ts'
import { type Browser, browser, faultsOf, LOOKS, shoot } from './browser.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const COUNTERSIGN = join(ROOT, 'local', 'countersign.ts')
const DATA = mkdtempSync(join(tmpdir(), 'countersign-browser-data-'))

let chrome: Browser
beforeAll(async () => {
  chrome = await browser()
})
afterAll(async () => {
  await chrome.close()
  rmSync(DATA, { recursive: true, force: true })
})

const textOf = async (place: Locator) => (await place.textContent()) ?? ''

const openFolds = (page: Page) => page.evaluate('for (const one of document.querySelectorAll("details.part")) one.open = true')

/** Words of plain letters in tables that stand in two lines: a column is too narrow for them. */
const brokenWordsOf = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('main td:not(.wide)')].flatMap((cell) => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
    const broken = []
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      for (const { 0: word, index } of node.data.matchAll(/[A-Za-z0-9.]{2,24}/g)) {
        const range = document.createRange()
        range.setStart(node, index)
        range.setEnd(node, index + word.length)
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)))
        if (lines.size > 1) broken.push(word)
      }
    return broken
  })`)

/** Runs a command of the project on the story's account, and answers what it printed. */
const countersign = (...words: string[]) =>
  execFileSync(process.execPath, [COUNTERSIGN, ...words, '--data', DATA], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })

/** The command `countersign console`, as a user starts it. */
async function startConsole(): Promise<{ url: string; process: ChildProcess }> {
  const child = spawn(process.execPath, [COUNTERSIGN, 'console', '--data', DATA], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    let out = ''
    child.stdout.on('data', (text) => {
      out += text
      const [found] = out.match(/http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`the console ended with ${code}: ${out}`)))
  })
  return { url, process: child }
}

async function end(child: ChildProcess): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  return ended
}

/** A month of calls of a synthetic account, as a log. */
function historyIn(folder: string): string {
  const { history, lastDay } = syntheticHistory({ seed: 1, end: Date.parse('2026-03-02T12:00:00Z'), days: 31 })
  const path = join(folder, 'history.ndjson')
  writeFileSync(path, [...history, ...lastDay].map((record) => JSON.stringify(record)).join('\n'))
  return path
}

/** Labelled days of one kind of attack and of one that is none. */
function labelledIn(folder: string): string {
  const path = join(folder, 'days.ndjson')
  const kinds = KINDS.filter(({ name }) => name === 'models-abused' || name === 'restore-drill')
  writeFileSync(path, [...synthesiseDays(1, kinds)].map((line) => JSON.stringify(line)).join('\n'))
  return path
}

describe('the console of the story’s account', () => {
  let served: { url: string; process: ChildProcess }
  let incident = ''
  beforeAll(async () => {
    countersign('start', '--once')
    const listed = countersign('incidents', '--json').trim().split('\n')
    const all = listed.map((line) => JSON.parse(line) as { id: string; identity: { name: string } })
    incident = all.find(({ identity }) => identity.name === 'ci-deploy')?.id ?? ''
    served = await startConsole()
  })
  // Where the test that ends it did not run.
  afterAll(() => void served.process.kill('SIGINT'))

  const PAGES: readonly (readonly [name: string, path: () => string])[] = [
    ['incidents', () => ''],
    ['incident', () => `incidents/${incident}`],
    ['identities', () => 'identities'],
    ['identity', () => `identities/${encodeURIComponent('arn:aws:iam::123456789012:user/ci-deploy')}`],
    ['reach', () => 'reach'],
    ['accepted', () => 'patterns'],
    ['policy', () => 'policy'],
    ['detectors', () => 'detectors'],
    ['sources', () => 'sources'],
    ['record', () => 'record'],
    ['search', () => 'record?q=CountersignQuarantine'],
    ['chain', () => `record?subject=${encodeURIComponent(`INCIDENT#${incident}`)}`],
    ['check', () => 'record/check'],
    ['metrics', () => 'metrics'],
  ]

  it.each(PAGES)('shows %s to everybody: on desk and phone, by day and night, for keyboards and screen readers', async (name, path) => {
    const { page, troubles } = await chrome.open()
    for (const [look, size] of Object.entries(LOOKS)) {
      await page.setViewportSize(size)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const answer = await page.goto(served.url + path())
        expect(answer?.status()).toBe(200)
        await openFolds(page)
        expect(await faultsOf(page), `${look} ${colorScheme}`).toEqual([])
        expect(await brokenWordsOf(page), `${look} breaks words`).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth'), `${look} scrolls sideways`).toBeLessThanOrEqual(size.width)
        await shoot(page, `${name}-${look}-${colorScheme}`)
      }
    }
    expect(troubles).toEqual([])
    await page.close()
  })

  it('says on three screens of a phone what happened and what to decide, before anything is folded out', async () => {
    const { page } = await chrome.open()
    await page.setViewportSize(LOOKS.phone)
    await page.goto(`${served.url}?all=1`)
    const paths = await page.evaluate<string[]>(`[...document.querySelectorAll('main a[href*="/incidents/"]')].map((link) => link.href)`)
    expect(paths.length).toBeGreaterThan(3)
    for (const path of paths) {
      await page.goto(path)
      const first = page.locator('main details').first()
      expect((await first.boundingBox())?.y, path).toBeLessThanOrEqual(3 * LOOKS.phone.height)
      expect(await page.locator('main details[open]').count(), path).toBe(0)
    }
    await page.close()
  })

  it('shows both risks, what it costs the owner, and marks the decision and the containment on the drawing of the risk', async () => {
    const { page } = await chrome.open()
    await page.goto(`${served.url}incidents/${incident}`)
    expect(await textOf(page.locator('.lead'))).toMatch(/risk \d+(\.\d)? at the decision, \d+(\.\d)? now/)
    expect(await page.getByText('What it costs the owner').isVisible()).toBe(true)
    const source = (await page.locator('img[alt^="Risk by the findings"]').getAttribute('src')) ?? ''
    const drawing = Buffer.from(source.split(',')[1] ?? '', 'base64').toString()
    for (const word of ['risk after each call', 'deciding call', 'decision: contain', 'contained']) expect(drawing).toContain(word)
    await page.close()
  })

  it('opens the part of a page that a link names', async () => {
    const { page } = await chrome.open()
    await page.goto(`${served.url}incidents/${incident}#timeline`)
    expect(await page.getByRole('columnheader', { name: 'Call or report' }).isVisible()).toBe(true)
    await page.close()
  })

  it('writes a report that everybody can read, on a screen and on paper', async () => {
    const file = join(DATA, 'report.html')
    await end(served.process)
    countersign('report', '--since', '40d', '--out', file)
    served = await startConsole()
    const { page, troubles } = await chrome.open()
    for (const [look, size] of Object.entries(LOOKS)) {
      await page.setViewportSize(size)
      await page.goto(`file://${file}`)
      expect(await faultsOf(page), look).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), `${look} scrolls sideways`).toBeLessThanOrEqual(size.width)
      await shoot(page, `report-${look}-light`)
    }
    // A4 with margins of 12 mm at 96 dots to the inch.
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 703, height: 1032 })
    expect(await page.evaluate('document.documentElement.scrollWidth'), 'paper does not scroll').toBeLessThanOrEqual(703)
    await shoot(page, 'report-paper-light')
    expect(troubles).toEqual([])
    await page.close()
  })

  const REPORTS: readonly (readonly [name: string, words: () => readonly string[]])[] = [
    ['drift', () => ['drift', 'show', '--data', DATA]],
    ['replay', () => ['replay', historyIn(DATA)]],
    ['blast-radius', () => ['blast-radius', '--file', join(DATA, 'account.json')]],
    ['evaluation', () => ['eval', labelledIn(DATA)]],
  ]

  it.each(REPORTS)(
    'writes a page of %s that everybody can read: on desk and phone, by day and night, without a network',
    async (name, words) => {
      await end(served.process)
      const file = join(DATA, `${name}.html`)
      execFileSync(process.execPath, [COUNTERSIGN, ...words(), '--out', file], { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' } })
      served = await startConsole()
      const { page, troubles } = await chrome.open()
      for (const [look, size] of Object.entries(LOOKS)) {
        await page.setViewportSize(size)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          await page.goto(`file://${file}`)
          await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true')
          expect(await faultsOf(page), `${look} ${colorScheme}`).toEqual([])
          expect(await page.evaluate('document.documentElement.scrollWidth'), `${look} scrolls sideways`).toBeLessThanOrEqual(size.width)
          await shoot(page, `${name}-${look}-${colorScheme}`)
        }
      }
      expect(troubles).toEqual([])
      await page.close()
    },
  )

  it('leads a reviewer from the list through the why to a release with a reason, by keyboard alone', async () => {
    const { page, troubles } = await chrome.open()
    await page.goto(served.url)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.getByRole('link', { name: 'iam-user ci-deploy' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/incidents\/inc-/)
    expect(await textOf(page.locator('main'))).toMatch(/Call through Tor or a commercial VPN.+Your verdict.+The chain is intact/s)
    await page.getByRole('link', { name: 'Give your verdict' }).press('Enter')
    const reason = page.getByRole('textbox', { name: /^Why/ })
    await page.getByRole('button', { name: 'Release' }).press('Enter')
    expect(page.url()).not.toContain('said=')
    expect(await page.evaluate('document.getElementById("reason").validity.valueMissing')).toBe(true)
    await reason.focus()
    await page.keyboard.type('our own exercise <b>no harm</b>')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Release')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/verdict$/)
    expect(await textOf(page.locator('h1'))).toBe('Release: ci-deploy?')
    expect(await textOf(page.getByRole('alert'))).toMatch(/^Not done yet\. It was legitimate\./)
    expect(await textOf(page.locator('blockquote'))).toBe('our own exercise <b>no harm</b>')
    for (const [look, size] of Object.entries(LOOKS)) {
      await page.setViewportSize(size)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await faultsOf(page), `${look} ${colorScheme}`).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth'), `${look} scrolls sideways`).toBeLessThanOrEqual(size.width)
        await shoot(page, `release-asked-${look}-${colorScheme}`)
      }
    }
    await page.setViewportSize(LOOKS.desk)
    await page.emulateMedia({ colorScheme: 'light' })
    // The way back changes nothing, and what was typed is asked for again.
    await page.getByRole('link', { name: 'Back to the incident' }).press('Enter')
    await page.waitForURL(/\/incidents\/inc-\w+#verdict$/)
    await reason.focus()
    await page.keyboard.type('our own exercise <b>no harm</b>')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/verdict$/)
    // The button after the links of the bar is the first that is reached.
    for (let tab = 0; tab < 20 && (await page.evaluate('document.activeElement.name')) !== 'confirms'; tab++)
      await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Release')
    await page.keyboard.press('Enter')
    await page.waitForURL(/said=done/)
    expect(await textOf(page.getByRole('status').filter({ hasText: 'Noted' }))).toBe('Noted: the incident is released.')
    await shoot(page, 'released-desk-light')
    const text = await textOf(page.locator('main'))
    expect(text).toContain('our own exercise <b>no harm</b>')
    expect(text.match(/restored/g)?.length).toBeGreaterThanOrEqual(3)
    expect(await page.locator('button[name=kind]').count()).toBe(0)

    await page.goto(`${served.url}record`)
    await page.getByLabel('Text in any field').fill('our own exercise')
    await page.getByRole('button', { name: 'Search' }).click()
    expect(await textOf(page.locator('main'))).toMatch(/3 of \d+ entries fit.+verdict/s)
    expect(troubles).toEqual([])
    await page.close()
  })

  it('ends with the command, and left what the command line tells too', async () => {
    expect(await end(served.process)).toBe(0)
    const shown = countersign('incidents', 'show', incident)
    expect(shown).toMatch(/legitimate by local:\S+: our own exercise <b>no harm<\/b>/)
    expect(shown).toMatch(/step-undone +access-key:ci-deploy\/AKIA\w+ +Inactive → Active/)
    expect(countersign('changes', 'verify')).toContain('intact')
  })
})

describe('what strangers try', () => {
  let served: ServedConsole
  let world: Awaited<ReturnType<typeof consoleWorld>>
  let poisonedId = ''
  beforeAll(async () => {
    world = await consoleWorld()
    poisonedId = await plantPoison(world.ports, world.incident)
    served = await serveConsole({ target: world.target, geoIp: world.ports.geoIp, clock: world.ports.clock }, { port: 0 })
  })
  afterAll(() => served.close())

  it('is shown as text wherever it was stored: nothing of it runs, loads or breaks out', async () => {
    const { page, troubles } = await chrome.open()
    const paths = [
      '',
      `incidents/${poisonedId}`,
      'identities',
      'record',
      'record?q=poison',
      `record?q=${encodeURIComponent(PAYLOAD)}`,
      `record?subject=${encodeURIComponent(`INCIDENT#${poisonedId}`)}`,
      'record/check',
      'metrics',
    ]
    for (const path of paths) {
      await page.goto(served.url + path)
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true')
      expect(await page.evaluate('window.poisoned'), path).toBeUndefined()
      expect(await page.locator('x-poison, main img:not([src^="data:image/svg"]), main script').count(), path).toBe(0)
    }
    await page.goto(`${served.url}incidents/${poisonedId}`)
    expect((await textOf(page.locator('main'))).split('<x-poison').length).toBeGreaterThan(30)
    await shoot(page, 'poisoned-desk-light')
    await page.setViewportSize(LOOKS.phone)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(LOOKS.phone.width)
    expect(troubles).toEqual([])
    await page.close()
  })

  it('cannot send a verdict, frame a page or read one from another site, even with the address', async () => {
    const target = `${served.url}incidents/${world.incident.id}`
    const stateNow = async () => (await world.ports.incidents.get(world.incident.id))?.value.state
    const { number } = await readPolicy(world.ports.record)
    const site = createServer((_, answer) => {
      answer.setHeader('content-type', 'text/html')
      answer.end(`<!doctype html><title>strange</title><form method="post" action="${target}/verdict"><input name="confirms" value="legitimate">
<input name="reason" value="stolen click"><input name="revision" value="${revisionOf(world.incident)}"><input name="policy" value="${number}"><button>win</button></form><iframe src="${target}"></iframe>`)
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    const { port } = site.address() as AddressInfo
    // Another port of this machine, and another name for it: both are other origins, and the second another site.
    for (const origin of [`http://127.0.0.1:${port}`, `http://localhost:${port}`]) {
      const page = await chrome.context.newPage()
      await page.goto(origin)
      const frame = page.frames()[1]
      expect(await frame?.evaluate('document.body.textContent').catch(() => '')).not.toContain('ci-build')
      const read = await page.evaluate(
        `fetch(${JSON.stringify(target)}).then((answer) => answer.text(), (error) => 'refused: ' + error.name)`,
      )
      expect(read).toBe('refused: TypeError')
      await page.evaluate(
        `fetch(${JSON.stringify(`${target}/verdict`)}, { method: 'POST', mode: 'no-cors', body: new URLSearchParams(new FormData(document.forms[0])) }).catch(() => {})`,
      )
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/verdict') && response.request().isNavigationRequest()),
        page.getByRole('button', { name: 'win' }).click(),
      ])
      expect(answer.status()).toBe(403)
      expect(await stateNow()).toBe('contained')
      await page.close()
    }
    site.closeAllConnections()
    await new Promise((resolve) => site.close(resolve))
  })

  it('shows no stale page as fresh: what changed meanwhile is said, and a verdict on the old page is refused', async () => {
    const { page } = await chrome.open()
    await page.goto(`${served.url}incidents/${world.incident.id}`)
    await page.getByRole('textbox', { name: /^Why/ }).fill('half a reas')
    await world.target.review(world.incident.id, { kind: 'compromised', reason: 'said elsewhere' })
    const notice = page.locator('#pulse')
    await notice.waitFor({ state: 'visible', timeout: 20_000 })
    expect(await textOf(notice)).toContain('This has changed since the page was loaded')
    expect(await page.getByRole('textbox', { name: /^Why/ }).inputValue()).toBe('half a reas')
    await page.getByRole('button', { name: 'Release' }).click()
    await page.waitForLoadState()
    expect(await textOf(page.getByRole('alert'))).toContain('is confirmed already, by local:anna')
    await page.close()
  })
})

describe('a console that is shared', () => {
  const HOST = 'console.example.com'
  let world: Awaited<ReturnType<typeof consoleWorld>>
  let served: ServedConsole
  let proxy: Server
  let origin = ''
  beforeAll(async () => {
    world = await consoleWorld()
    const { target, ports } = world
    const log = { info: () => {}, warn: () => {} }
    const port = await freePort()
    const share = { identityHeader: 'X-Forwarded-User', proxies: proxiesIn('127.0.0.1'), origin: `https://${HOST}`, log }
    served = await serveShared({ target, geoIp: ports.geoIp, clock: ports.clock }, share, { host: '127.0.0.1', port })
    // A proxy that has signed somebody in: it passes everything on, and says who looks.
    proxy = createServer((asked, answer) => {
      const headers = { ...asked.headers, host: HOST, 'x-forwarded-user': 'anna@example.com' }
      const passed = request({ host: '127.0.0.1', port, method: asked.method, path: asked.url, headers }, (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers)
        got.pipe(answer)
      })
      asked.pipe(passed)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    proxy.closeAllConnections()
    await new Promise((resolve) => proxy.close(resolve))
    await served.close()
  })

  it('is read by a link from another site, and offers nothing that changes anything', async () => {
    const { page, troubles } = await chrome.open()
    const site = createServer((_, answer) => {
      answer.setHeader('content-type', 'text/html')
      answer.end(`<!doctype html><title>chat</title><a href="${origin}/incidents/${world.incident.id}">the incident</a>`)
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    await page.goto(`http://localhost:${(site.address() as AddressInfo).port}`)
    await page.getByRole('link', { name: 'the incident' }).click()
    await page.waitForURL(/\/incidents\/inc-/)
    expect(await textOf(page.locator('header'))).toContain('you are anna@example.com · read-only')
    expect(await page.getByRole('heading', { name: 'How to decide' }).isVisible()).toBe(true)
    await openFolds(page)
    expect(await faultsOf(page)).toEqual([])
    for (const path of ['/', '/identities', '/patterns', '/policy', '/sources', '/record', '/metrics']) {
      await page.goto(origin + path)
      expect(await page.locator('form:not([method="get"]), main button[name]').count(), path).toBe(0)
    }
    const answered = await page.evaluate(
      `fetch('/incidents/${world.incident.id}/verdict', { method: 'POST', body: new URLSearchParams({ kind: 'legitimate' }) }).then(({ status }) => status)`,
    )
    expect(answered).toBe(405)
    expect(troubles.filter((trouble) => !/localhost|405/.test(trouble))).toEqual([])
    site.closeAllConnections()
    await new Promise((resolve) => site.close(resolve))
    await page.close()
  })
})
