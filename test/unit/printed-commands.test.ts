import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { asTyped, commandName, commandOn, quoted } from '../../local/command-name.ts'
import { program } from '../../local/program.ts'
import { renderIncident } from '../../local/render/incident.ts'
import { snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { noticesTo, snsNotifier } from '../../shared/aws/notifier.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { noticeOf, sendOwedNotice } from '../../shared/record/notice.ts'
import { breakGlass } from '../../shared/review/override.ts'
import { consoleWorld } from '../console.ts'
import { incidentOf } from '../contract/samples.ts'
import { embedded, exposed } from '../embedded.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const STACK = { name: 'Countersign', region: 'us-east-1' }
const ON_STACK = '--stack Countersign --region us-east-1'

/** A program of that name from wherever npx finds one. `npx cdk deploy -c countersign=…` is another. */
const FETCHED = /\bnpx\s+(?:(?:-y|--yes|--no)\s+)?countersign\b/

/** Texts of the project that people read or that are printed. */
function texts(): [file: string, text: string][] {
  const folders = ['build', 'docs', 'functions', 'infra', 'local', 'shared'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  )
  const files = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile() && /\.(md|ya?ml|json)$/.test(entry.name))
  return [...folders, ...files.map(({ name }) => join(ROOT, name))].map((file) => [file.slice(ROOT.length + 1), readFileSync(file, 'utf8')])
}

/** The commands of a text, each from `countersign` to the end of its line. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/\bcountersign ([a-z].*)$/gm)].map(([, words = '']) => words)
}

/** Walks the words of a command through the commands that there are, and answers the last with the options that were given. */
function walk(words: string): { command: Command; options: string[]; unknown: string[] } {
  let command = program()
  for (const word of words.split(' ')) command = command.commands.find((one) => one.name() === word) ?? command
  const options = words.match(/--[a-z-]+/g) ?? []
  return { command, options, unknown: options.filter((option) => !command.options.some(({ long }) => long === option)) }
}

async function oneIncident() {
  const world = await embedded()
  await world.respond([exposed()])
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('no incident')
  return { world, incident }
}

describe('a printed command', () => {
  it('is never fetched by npx from a registry in which anybody may take the name', () => {
    const all = texts()
    expect(all.length).toBeGreaterThan(300)
    expect(all.filter(([, text]) => FETCHED.test(text)).map(([file]) => file)).toEqual([])
  })

  it.each(['Undo: npx countersign release x', '`npx  --yes countersign drift`', 'npx --no countersign --version'])(
    'would be found out: %s',
    (text) => expect(text).toMatch(FETCHED),
  )

  it('is called as this process was: from a checkout, by npx, or by its name', () => {
    expect(commandName('/home/anna/countersign/local/command-name.ts', { npm_command: 'exec' })).toBe('npm run --silent countersign --')
    expect(commandName('/srv/node_modules/countersign/dist/main.js', { npm_command: 'exec' })).toBe('npx --no-install countersign')
    expect(commandName('/usr/lib/node_modules/countersign/dist/main.js', {})).toBe('countersign')
  })

  it('from a checkout names a script that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(commandName()).toBe('npm run --silent countersign --')
    expect(scripts.countersign).toBe('node local/countersign.ts')
  })

  it('names the account that it is to work on', () => {
    expect(commandOn({ options: ON_STACK }, 'release inc-1', '--reason "…"')).toBe(
      `npm run --silent countersign -- release inc-1 ${ON_STACK} --reason "…"`,
    )
    expect(commandOn({ options: '' }, 'incidents')).toBe('npm run --silent countersign -- incidents')
  })

  it('in a message of a stage is put as it is typed, on the target, and once', () => {
    const typed = `\`npm run --silent countersign -- incidents ${ON_STACK}\` lists the open ones`
    expect(asTyped('`countersign incidents` lists the open ones', { options: ON_STACK })).toBe(typed)
    expect(asTyped(typed, { options: ON_STACK })).toBe(typed)
    expect(asTyped(`\`countersign incidents ${ON_STACK}\``, { options: ON_STACK })).toBe(
      `\`npm run --silent countersign -- incidents ${ON_STACK}\``,
    )
    expect(asTyped('the folder countersign is not used; `countersign`', { options: '' })).toBe(
      'the folder countersign is not used; `countersign`',
    )
  })

  it('that a person has to run is typed so in an incident too', () => {
    const root = { id: 'arn:aws:iam::123456789012:root', kind: 'root', name: 'root', account: '123456789012' } as const
    const incident = incidentOf('inc-0123456789ab', { state: 'asking', identity: root })
    const shown = renderIncident(incident, (_, text) => text, { options: ON_STACK })
    expect(shown).toContain(
      `\`npm run --silent countersign -- root-keys inc-0123456789ab --reason "…" ${ON_STACK}\` with centralised root access`,
    )
  })

  it.each([
    ['.countersign', '.countersign'],
    ['/srv/my account', "'/srv/my account'"],
    ["it's $(here)", "'it'\\''s $(here)'"],
    ['', "''"],
  ])('has the word %j for a shell as %s', (word, expected) => expect(quoted(word)).toBe(expected))

  it.each(['contained', 'ask', 'reversed', 'escalated', 'paged'] as const)(
    'of a notice "%s" works on the stack that sent it',
    async (kind) => {
      const { incident } = await oneIncident()
      const commands = commandsIn(noticeOf(incident, kind, STACK).body)
      expect(commands.length).toBeGreaterThanOrEqual(1)
      for (const words of commands) {
        expect(words).toContain(incident.id)
        const { command, options, unknown } = walk(words)
        expect([command.parent, options, unknown]).toEqual([expect.anything(), expect.arrayContaining(['--stack', '--region']), []])
      }
    },
  )

  it('undoes a containment on the stack, with all that the command asks for', async () => {
    const { incident } = await oneIncident()
    const { body } = noticeOf(incident, 'contained', STACK)
    expect(body).toContain(`\n  countersign release ${incident.id} ${ON_STACK} --reason "…"\n`)
    expect(
      walk(`release ${incident.id}`)
        .command.options.filter(({ mandatory }) => mandatory)
        .map(({ long }) => long),
    ).toEqual(['--reason'])
  })

  it('names the stack that the notifier is of, whichever stage sends the notice', async () => {
    const { world, incident } = await oneIncident()
    const notifier = { ...memoryNotifier(), stack: STACK }
    const stored = await world.ports.incidents.get(incident.id)
    if (stored === undefined) throw new Error('no incident')
    await sendOwedNotice({ ...stored, value: { ...stored.value, owedNotice: 'contained' } }, { ...world.ports, notifier })
    await breakGlass({ mode: 'observe', minutes: 5, by: 'anna', reason: 'a drill' }, { ...world.ports, notifier })
    const bodies = notifier.notices.map(({ body }) => body)
    expect(bodies).toEqual([
      expect.stringContaining(`countersign release ${incident.id} ${ON_STACK} --reason "…"`),
      expect.stringContaining(`End it: countersign override end ${ON_STACK} --reason "…"`),
    ])
    expect(walk(commandsIn(bodies[1] ?? '')[0] ?? '').unknown).toEqual([])
  })

  it('is of the stack, in the region of its topic, by the queue and by the topic', () => {
    const clients = { sqs: sqsClient({ region: 'eu-west-1' }), sns: snsClient({ region: 'eu-west-1' }) }
    const topicArn = 'arn:aws:sns:us-east-1:123456789012:notices'
    const queueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/notices'
    expect(noticesTo({ queueUrl: undefined, topicArn, stackName: 'Countersign' }, clients).stack).toEqual({
      ...STACK,
      account: '123456789012',
    })
    expect(noticesTo({ queueUrl, topicArn, stackName: 'Countersign' }, clients).stack).toEqual({ ...STACK, account: '123456789012' })
    expect(snsNotifier(clients.sns, topicArn).stack).toBeUndefined()
  })

  it('of the console is called as the console was, on what the console shows', async () => {
    const { get } = await consoleWorld({ options: ON_STACK })
    const page = await (await get('/metrics')).text()
    expect(page).toContain(`npm run --silent countersign -- report ${ON_STACK} --since 30d --out report.html`)
  })
})
