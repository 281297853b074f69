import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServedConsole, serveConsole } from '../../local/console/serve.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { review } from '../../shared/review/review.ts'
import { consoleWorld, PAYLOAD } from '../console.ts'
import { accountOf, asksAbout } from '../several-incidents.ts'
import { type Browser, browser, faultsOf, LOOKS, shoot } from './browser.ts'

const NAMES = ['ana', 'bo', 'cy', 'dee']

let chrome: Browser
let served: ServedConsole
let world: Awaited<ReturnType<typeof consoleWorld>>
let open: readonly Incident[] = []
beforeAll(async () => {
  chrome = await browser()
  world = await consoleWorld({ policy: { mode: 'ask' }, account: accountOf(NAMES), events: NAMES.flatMap((name) => asksAbout(name)) })
  open = await world.ports.incidents.listOpen(9)
  served = await serveConsole({ target: world.target, geoIp: world.ports.geoIp, clock: world.ports.clock }, { port: 0 })
})
afterAll(async () => {
  await served.close()
  await chrome.close()
})

const named = (name: string) => open.find(({ identity }) => identity.name === name) as Incident
const stateOf = async (name: string) => (await world.ports.incidents.get(named(name).id))?.value.state
const textOf = async (place: Locator) => (await place.textContent()) ?? ''

/** Holds that everybody can use a page as it is now: by axe-core, at both widths, in both schemes. */
async function usable(page: Page, name: string): Promise<void> {
  for (const [look, size] of Object.entries(LOOKS)) {
    await page.setViewportSize(size)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await faultsOf(page), `${name} ${look} ${colorScheme}`).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), `${name} ${look} scrolls sideways`).toBeLessThanOrEqual(
        size.width,
      )
      await shoot(page, `${name}-${look}-${colorScheme}`)
    }
  }
  await page.setViewportSize(LOOKS.desk)
}

describe('a team on call', () => {
  it('takes an incident, gives it to somebody, comments on it and finds it by who works on it, by keyboard alone', async () => {
    const { page, troubles } = await chrome.open()
    await page.goto(`${served.url}incidents/${named('ana').id}`)
    await page.getByRole('link', { name: 'assigned to nobody' }).press('Enter')
    await page.getByRole('button', { name: 'Assign to me' }).press('Enter')
    await page.waitForURL(/said=assigned/)
    expect(await textOf(page.locator('.lead'))).toContain('assigned to local:anna')
    await page.getByLabel('Who works on it').focus()
    await page.keyboard.type('Bea <b>Example</b>')
    // Enter in the field assigns to the name, and not to oneself.
    await page.keyboard.press('Enter')
    await page.waitForFunction('document.querySelector(".lead").textContent.includes("Bea <b>Example</b>")')
    await page.getByLabel(/^Comment/).focus()
    await page.keyboard.type(`asked the owner\n${[...PAYLOAD].filter((one) => one >= ' ' && one !== '\u202e').join('')}`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/said=commented/)
    const [team, timeline] = [page.locator('#team'), page.locator('#timeline')]
    for (const place of [team, timeline]) expect(await textOf(place)).toContain('asked the owner')
    expect(await page.evaluate('window.poisoned')).toBeUndefined()
    expect(await page.locator('x-poison, main img:not([src^="data:image/svg"])').count()).toBe(0)
    await usable(page, 'team')

    await page.goto(served.url)
    await page.getByLabel('Assigned to').selectOption('Bea <b>Example</b>')
    await page.getByRole('button', { name: 'Show' }).press('Enter')
    await page.waitForURL(/assignee=Bea/)
    expect(await page.getByRole('link', { name: /^iam-user/ }).allTextContents()).toEqual(['iam-user ana'])
    await page.getByLabel('Assigned to').selectOption('nobody')
    await page.getByRole('button', { name: 'Show' }).press('Enter')
    await page.waitForURL(/assignee=nobody/)
    expect((await page.getByRole('link', { name: /^iam-user/ }).allTextContents()).sort()).toEqual([
      'iam-user bo',
      'iam-user cy',
      'iam-user dee',
    ])
    expect(troubles).toEqual([])
    await page.close()
  })

  it('dismisses what it ticked after one more question, and is told of each what became of it, by keyboard alone', async () => {
    const { page, troubles } = await chrome.open()
    await page.goto(served.url)
    await usable(page, 'tick-boxes')
    for (const name of ['bo', 'cy', 'dee']) {
      await page.getByRole('checkbox', { name: `Dismiss ${named(name).id}, ${name}` }).focus()
      await page.keyboard.press('Space')
    }
    const button = page.getByRole('button', { name: 'Dismiss what is ticked' })
    await button.press('Enter')
    expect(await page.evaluate('document.getElementById("why").validity.valueMissing')).toBe(true)
    await page.getByLabel(/^Why/).focus()
    await page.keyboard.type('the pen test of this week')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/dismiss$/)
    expect(await textOf(page.locator('h1'))).toBe('Dismiss 3 incidents?')
    const asked = await textOf(page.locator('main'))
    for (const word of ['Not done yet.', 'bo', 'cy', 'dee', 'Nothing was contained, so nothing is restored.', 'the pen test of this week'])
      expect(asked).toContain(word)
    expect(await Promise.all(NAMES.map(stateOf))).toEqual(NAMES.map(() => 'asking'))
    await usable(page, 'dismiss-asked')
    // Somebody else contains one while the question stands.
    await review(named('cy').id, { kind: 'contain', by: 'local:bea', reason: 'this one is real' }, world.ports)
    await page.getByRole('button', { name: 'Dismiss these 3 incidents' }).press('Enter')
    await page.waitForURL(/\/dismiss\/given$/)
    expect(await textOf(page.getByRole('status').filter({ hasText: 'dismissed' }))).toBe('2 dismissed, 1 refused.')
    expect(await textOf(page.getByRole('row').filter({ hasText: named('cy').id }))).toMatch(/refused.*it is contained/)
    expect(await Promise.all(NAMES.map(stateOf))).toEqual(['asking', 'released', 'contained', 'released'])
    await usable(page, 'dismissed')
    expect(troubles).toEqual([])
    await page.close()
  })

  it('is asked once more before it confirms what stays usable, and contains it there instead, by keyboard alone', async () => {
    const { page, troubles } = await chrome.open()
    await page.goto(`${served.url}incidents/${named('ana').id}#verdict`)
    await page.getByLabel(/^Why/).focus()
    await page.keyboard.type('two lines,')
    await page.keyboard.press('Enter')
    await page.keyboard.type('of which this is one')
    await page.getByRole('button', { name: 'Confirm compromise' }).press('Enter')
    await page.waitForURL(/\/verdict$/)
    expect(await textOf(page.locator('h1'))).toBe('Confirm without containing?')
    expect(await textOf(page.getByRole('alert'))).toMatch(/^Not done yet\. Nothing was contained: .* usable/)
    expect(await textOf(page.locator('blockquote'))).toBe('two lines,\nof which this is one')
    expect(await page.locator('.verdicts button').allTextContents()).toEqual(['Contain now', 'Confirm, I stop it by hand'])
    await usable(page, 'confirm-asked')
    expect(await stateOf('ana')).toBe('asking')
    await page.getByRole('button', { name: 'Contain now' }).press('Enter')
    await page.waitForURL(/said=done/)
    expect(await stateOf('ana')).toBe('contained')
    const chain = await world.ports.record.list(`INCIDENT#${named('ana').id}`)
    expect(chain.findLast(({ kind }) => kind === 'verdict')?.why).toBe('two lines,\nof which this is one')
    expect(troubles).toEqual([])
    await page.close()
  })
})
