import { describe, expect, it } from 'vitest'
import type { ExposureReport, RuntimeAlert } from '../../shared/domain/exposure-report.ts'
import { type AlertReference, REPORT_PARTIES, type ReportParty } from '../../shared/domain/report-party.ts'
import { memoryDeliveryLog } from '../../shared/memory/delivery-log.ts'
import type { Notice } from '../../shared/ports/notices.ts'
import { BODY_LIMIT, type IntakePorts, type ReportRequest, receive } from '../../shared/sense/intake/receive.ts'
import { ALERT, BODIES, KEY_ID, PARTY_SECRETS, type PartyRequest, SECRET_KEY, SIGNERS, signedReport } from '../reports.ts'

const NOW = Date.parse('2026-03-02T12:00:00.000Z')

/** What a delivery left behind. */
function world(parts: Partial<IntakePorts> = {}) {
  const reports: (ExposureReport | RuntimeAlert)[] = []
  const alerts: AlertReference[] = []
  const notices: Notice[] = []
  const logged: [string, object][] = []
  let now = NOW
  const log = {
    info: (event: string, fields = {}) => void logged.push([event, fields]),
    warn: (event: string, fields = {}) => void logged.push([event, fields]),
  }
  const ports: IntakePorts = {
    secretsOf: async (party) => PARTY_SECRETS[party],
    gitlabAuthentication: 'signature',
    deliveries: memoryDeliveryLog(),
    bus: { put: async (all) => void reports.push(...all) },
    alerts: { fetchAlert: async (alert) => void alerts.push(alert) },
    notifier: { notify: async (notice) => void notices.push(notice) },
    clock: { now: () => now },
    log,
    ...parts,
  }
  const all = () => ({ reports, alerts, notices, logged })
  return {
    ...all(),
    ports,
    left: () => reports.length + alerts.length + notices.length,
    text: () => JSON.stringify(all()),
    setNow(time: number) {
      now = time
    },
    send: async (party: string, request: PartyRequest, how: Partial<ReportRequest> = {}) =>
      (await receive({ party, headers: request.headers, body: request.body.toString('base64'), isBase64: true, ...how }, ports)).status,
  }
}

const each = REPORT_PARTIES.map((party) => [party] as const)

/** What a delivery of a party leads to: of GitGuardian's, a report of the id that stands in it and a notice of the credential that it tried. */
const partsOf = (party: ReportParty) => (party === 'gitguardian' ? 2 : 1)

describe('a report of a party', () => {
  it.each(each)('of %s is handed on where it is signed with either of two secrets, as text and as base64', async (party) => {
    const { send, left, logged } = world()
    const [first, second] = PARTY_SECRETS[party]
    const one = await signedReport(party, { at: NOW, secret: first })
    expect(await send(party, one)).toBe(200)
    const other = await signedReport(party, {
      at: NOW - 1000,
      secret: second,
      body: { ...BODIES[party](NOW - 1000), more: 'of no meaning' },
    })
    const isStrict = party === 'webhook'
    expect(await send(party, other, { body: other.body.toString(), isBase64: false })).toBe(isStrict ? 400 : 200)
    expect(left()).toBe((isStrict ? 1 : 2) * partsOf(party))
    expect(logged.map(([event]) => event)).toEqual(['webhook.taken', isStrict ? 'webhook.unreadable' : 'webhook.taken'])
  })

  it.each(each)('of %s leaves its secret nowhere', async (party) => {
    const { send, text } = world()
    expect(await send(party, await signedReport(party, { at: NOW }))).toBe(200)
    expect(text()).not.toContain(SECRET_KEY)
    for (const secret of PARTY_SECRETS[party]) expect(text()).not.toContain(secret)
  })

  it('says which credential it is about, how sure that is, where it was seen and when', async () => {
    const { send, reports } = world()
    for (const party of ['gitlab', 'gitguardian', 'jira', 'linear', 'webhook'] as const)
      await send(party, await signedReport(party, { at: NOW - 1000 }))
    const common = { version: 1, credentialId: KEY_ID, seenAt: NOW - 1000 }
    expect(reports).toEqual([
      {
        ...common,
        id: `gitlab:acme/api:note:1244:${KEY_ID}`,
        source: 'gitlab',
        grade: 'with-secret',
        place: 'acme/api: comment 1244',
        url: 'https://gitlab.example.com/acme/api/-/issues/7#note_1244',
      },
      {
        ...common,
        id: `gitguardian:7:${KEY_ID}`,
        source: 'gitguardian',
        grade: 'with-secret',
        place: 'GitGuardian incident 7',
        url: 'https://dashboard.gitguardian.com/workspace/1/incidents/7',
      },
      {
        ...common,
        id: `jira:OPS-7:comment:10001:${KEY_ID}`,
        source: 'jira',
        grade: 'with-secret',
        place: 'ticket OPS-7, a comment',
        url: 'https://acme.atlassian.net/browse/OPS-7',
      },
      {
        ...common,
        id: `linear:Comment:b5c1:${KEY_ID}`,
        source: 'linear',
        grade: 'with-secret',
        place: 'Linear, comment of ENG-12',
        url: 'https://linear.app/acme/issue/ENG-12#comment-b5c1',
      },
      {
        ...common,
        id: `webhook:scan-7:${KEY_ID}`,
        source: 'webhook',
        grade: 'with-secret',
        place: 'a paste, …',
        url: 'https://paste.example.com/7',
      },
    ])
  })
})

describe('a request that no party signed as it is', () => {
  /** Parties that sign nothing prove by a secret who sends, and not what. */
  const SIGNING: readonly ReportParty[] = REPORT_PARTIES.filter((party) => party !== 'falco')
  const TIMED: readonly ReportParty[] = ['gitlab', 'gitguardian', 'linear', 'webhook']

  /** Everything that is refused, by what is wrong with it. */
  async function wrongOnes(party: ReportParty): Promise<Record<string, PartyRequest[]>> {
    const right = await signedReport(party, { at: NOW })
    const names = Object.keys(right.headers).filter((name) => !['content-type', 'x-github-event', 'x-github-delivery'].includes(name))
    const changed = (name: string, value: string) => ({ ...right, headers: { ...right.headers, [name]: value } })
    const flipped = Array.from({ length: 24 }, (_, at) => {
      const body = Buffer.from(right.body)
      const place = Math.floor((at * (body.length - 1)) / 23)
      body[place] = (body[place] ?? 0) ^ (1 << (at % 7))
      return { ...right, body }
    })
    const others = await Promise.all(
      REPORT_PARTIES.filter((other) => other !== party).map(async (other) => ({
        ...(await signedReport(other, { at: NOW, body: BODIES[party](NOW) })),
      })),
    )
    return {
      'another secret': [
        await signedReport(party, { at: NOW, secret: PARTY_SECRETS[party][0].replace(/.{4}$/, 'AAA=') }),
        await signedReport(party, { at: NOW, secret: `${PARTY_SECRETS[party][0].slice(0, -4)}AAAA` }),
      ],
      'a header that is missing': names.map((name) => ({
        ...right,
        headers: Object.fromEntries(Object.entries(right.headers).filter(([one]) => one !== name)),
      })),
      'a header of another form': names.flatMap((name) => {
        const value = right.headers[name] ?? ''
        const upper = value.toUpperCase()
        return ['', ' ', value.slice(0, -1), `${value}0`, `x${value}`, `${value},${value}`, 'v1,', 'sha256=', 'null']
          .concat(upper === value ? [] : [upper])
          .map((one) => changed(name, one))
      }),
      'the signature of another party': others,
      ...(SIGNING.includes(party) ? { 'a body that was changed': flipped } : {}),
      ...(TIMED.includes(party)
        ? {
            'a time that is past or to come': await Promise.all(
              [-301_000, -3_600_000, -86_400_000 * 365, 301_000, 86_400_000].map((by) => signedReport(party, { at: NOW + by })),
            ),
          }
        : {}),
    }
  }

  it.each(each)('of %s does nothing, is answered without a word, and is logged without content', async (party) => {
    for (const [kind, requests] of Object.entries(await wrongOnes(party))) {
      const { send, left, logged } = world()
      for (const request of requests) expect([400, 401], kind).toContain(await send(party, request))
      expect([left(), requests.length > 0], kind).toEqual([0, true])
      expect(
        logged.every(([event, fields]) => event === 'webhook.refused' && Object.keys(fields).join() === 'party,reason'),
        kind,
      ).toBe(true)
    }
  })

  it.each(each)('of %s is refused where it is too large, encoded, or no UTF-8, before its signature is looked at', async (party) => {
    const asked: string[] = []
    const secretsOf = async (one: ReportParty) => {
      asked.push(one)
      return PARTY_SECRETS[one]
    }
    const { send, left } = world({ secretsOf })
    const padded = async (bytes: number) => {
      const plain = JSON.stringify({ ...BODIES[party](NOW), more: '' }).length
      return signedReport(party, { at: NOW, body: { ...BODIES[party](NOW), more: 'x'.repeat(bytes - plain) } })
    }
    for (const bytes of [BODY_LIMIT + 1, BODY_LIMIT + 2, ...(party === 'github' ? [25 * 2 ** 20] : [])]) {
      const large = await padded(bytes)
      expect(large.body.length).toBe(bytes)
      expect(await send(party, large)).toBe(413)
      expect(await send(party, large, { body: large.body.toString(), isBase64: false })).toBe(413)
    }
    const right = await signedReport(party, { at: NOW })
    for (const encoding of ['gzip', 'br', 'deflate, identity', ''])
      expect(await send(party, { ...right, headers: { ...right.headers, 'content-encoding': encoding } })).toBe(400)
    for (const body of [`${right.body.toString('base64')}*`, `=${right.body.toString('base64')}`, 'ä', right.body.toString()])
      expect(await send(party, right, { body })).toBe(400)
    for (const bytes of [
      [0xff, 0xfe],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
    ])
      expect(await send(party, { ...right, body: Buffer.concat([right.body, Buffer.from(bytes)]) })).toBe(400)
    expect([left(), asked]).toEqual([0, []])
  })

  it('takes the largest body that may be', async () => {
    const { send, reports } = world()
    const fill = (more: string) => ({ ...BODIES.jira(NOW), more })
    const body = fill('x'.repeat(BODY_LIMIT - JSON.stringify(fill('')).length))
    const largest = await signedReport('jira', { at: NOW, body })
    expect(largest.body.length).toBe(BODY_LIMIT)
    expect([await send('jira', largest), reports.length]).toEqual([200, 1])
  })

  it('is refused where the stack takes no reports of the party, or knows none of that name', async () => {
    const { send, left, logged } = world({ secretsOf: async () => undefined })
    for (const party of [...REPORT_PARTIES, '', 'constructor', '__proto__', 'GitHub', 'github/'])
      expect(await send(party, await signedReport('github', { at: NOW }))).toBe(404)
    expect([left(), logged]).toEqual([0, []])
  })

  it('of GitLab is refused with its token where a signature is expected, and with a signature where the token is', async () => {
    const token = { ...(await signedReport('gitlab', { at: NOW })), headers: { 'x-gitlab-token': PARTY_SECRETS.gitlab[0] } }
    const signed = await signedReport('gitlab', { at: NOW })
    const byToken = world({ gitlabAuthentication: 'token' })
    expect([await world().send('gitlab', token), await byToken.send('gitlab', signed)]).toEqual([401, 401])
    expect(await byToken.send('gitlab', { ...token, headers: { 'x-gitlab-token': `${PARTY_SECRETS.gitlab[0]} ` } })).toBe(401)
    expect([await byToken.send('gitlab', token), byToken.reports.length]).toEqual([200, 1])
  })

  it('of Falco may bring its secret in a header of its own', async () => {
    const { send, reports } = world()
    const right = await signedReport('falco', { at: NOW })
    const headers = { 'x-countersign-token': PARTY_SECRETS.falco[1] }
    expect([await send('falco', { ...right, headers }), reports.length]).toEqual([200, 1])
    for (const authorization of [
      `Basic ${PARTY_SECRETS.falco[0]}`,
      PARTY_SECRETS.falco[0],
      'Bearer ',
      `Bearer ${PARTY_SECRETS.falco[0]} x`,
    ])
      expect(await send('falco', { ...right, headers: { authorization } })).toBe(401)
  })
})

describe('a delivery that comes again', () => {
  it.each(each)('of %s does nothing more, under another id of delivery too', async (party) => {
    const { send, left, logged } = world()
    const one = await signedReport(party, { at: NOW })
    expect(await send(party, one)).toBe(200)
    expect(await send(party, one)).toBe(200)
    const renamed = { ...one, headers: { ...one.headers, 'x-github-delivery': 'another', 'x-atlassian-webhook-identifier': 'another' } }
    expect(await send(party, renamed)).toBe(200)
    expect(left()).toBe(partsOf(party))
    expect(logged.map(([event]) => event)).toEqual(['webhook.taken', 'webhook.replayed', 'webhook.replayed'])
  })

  it('is taken again where the first could not be handed on, once whoever works on it must have come to the end', async () => {
    let fails = true
    const reports: unknown[] = []
    const bus = {
      async put(all: readonly unknown[]) {
        if (fails) throw new Error('no bus')
        reports.push(...all)
      },
    }
    const { send, setNow } = world({ bus })
    const one = await signedReport('jira', { at: NOW })
    await expect(send('jira', one)).rejects.toThrow('no bus')
    fails = false
    expect([await send('jira', one), reports.length]).toEqual([503, 0])
    setNow(NOW + 31_000)
    expect([await send('jira', one), reports.length]).toEqual([200, 1])
    expect([await send('jira', one), reports.length]).toEqual([200, 1])
  })
})

describe('what an authentic party says', () => {
  const say = async (party: ReportParty, body: object, parts: Partial<IntakePorts> = {}) => {
    const here = world(parts)
    return { ...here, status: await here.send(party, await signedReport(party, { at: NOW, body })) }
  }
  const alertOf = (change: object) => ({ ...ALERT, alert: { ...ALERT.alert, ...change } })

  it('hands an alert of GitHub on by repository and number alone', async () => {
    expect((await say('github', ALERT)).alerts).toEqual([{ repository: 'acme/api', number: 42, isPublic: false }])
    const open = { ...ALERT, action: 'publicly_leaked', repository: { full_name: 'acme/site', private: false, visibility: 'public' } }
    expect((await say('github', open)).alerts).toEqual([{ repository: 'acme/site', number: 42, isPublic: true }])
  })

  it('tells people where GitHub has no App here, and where an alert has no key id, with the page to look at', async () => {
    for (const [body, parts] of [
      [ALERT, { alerts: undefined }],
      [alertOf({ secret_type: 'aws_secret_access_key' }), {}],
      [alertOf({ secret_type: 'aws_session_token' }), {}],
    ] as const) {
      const { status, alerts, notices } = await say('github', body, parts)
      expect([status, alerts, notices.length]).toEqual([200, [], 1])
      expect(notices[0]).toMatchObject({ incidentId: 'none', kind: 'report' })
      expect(notices[0]?.body).toContain(
        'acme/api: secret scanning alert 42\nLook: https://github.com/acme/api/security/secret-scanning/42\n',
      )
    }
  })

  it.each([
    ['the name of a file', { occurrences: [{ filepath: `keys/${KEY_ID}.env` }] }],
    ['a message', { message: `found in ${KEY_ID}` }],
  ])('does not take an id in %s for the credential that GitGuardian tried, and tells people of that', async (_, more) => {
    const incident = { id: 9, validity: 'valid', detector: { name: 'aws_iam' }, gitguardian_url: 'https://dashboard.gitguardian.com/i/9' }
    const { reports, notices } = await say('gitguardian', { action: 'incident_triggered', incident: { ...incident, ...more } })
    expect(reports).toMatchObject([{ credentialId: KEY_ID, grade: 'id-only' }])
    expect(notices.map(({ body }) => body.split('\n')[0])).toEqual(['GitGuardian found a credential of AWS that works.'])
  })

  it('verifies none of several credentials in one text: who wrote it may have put the id of another beside a key that works', async () => {
    const victim = 'AKIARZPUZDIKVICTIM22'
    const found = (text: string) => ({ findings: [{ id: 'scan-9', text, place: 'a paste', verified: true }] })
    const grades = async (text: string) => (await say('webhook', found(text))).reports.map((report) => 'grade' in report && report.grade)
    expect(await grades(`${KEY_ID} ${SECRET_KEY}`)).toEqual(['verified'])
    expect(await grades(`${KEY_ID} ${KEY_ID}`)).toEqual(['verified'])
    expect(await grades(`${KEY_ID} ${SECRET_KEY} ${'-'.repeat(5000)} ${victim}`)).toEqual(['with-secret', 'id-only'])
    expect(await grades(`${victim} ${KEY_ID}`)).toEqual(['id-only', 'id-only'])
  })

  it('tells people of what GitLab and GitGuardian found without a key id', async () => {
    const vulnerability = {
      object_kind: 'vulnerability',
      object_attributes: {
        url: 'https://gitlab.example.com/acme/api/-/security/vulnerabilities/1',
        title: 'AWS access token',
        state: 'detected',
        project_id: 50,
        location: { file: `config/${SECRET_KEY}.env`, start_line: 3 },
        report_type: 'secret_detection',
        identifiers: [{ name: 'Gitleaks rule ID AWS', external_id: 'AWS', external_type: 'gitleaks_rule_id' }],
      },
    }
    const { notices } = await say('gitlab', vulnerability)
    expect(notices.map(({ body }) => body.split('\n').slice(0, 3))).toEqual([
      [
        'GitLab found a credential of AWS.',
        'Where: project 50: ….env, line 3',
        'Look: https://gitlab.example.com/acme/api/-/security/vulnerabilities/1',
      ],
    ])
    const incident = { id: 8, validity: 'unknown', gitguardian_url: 'https://dashboard.gitguardian.com/workspace/1/incidents/8' }
    for (const detector of [{ name: 'aws_iam' }, undefined, null]) {
      const told = (await say('gitguardian', { action: 'incident_triggered', incident: { ...incident, detector } })).notices
      expect(told.map(({ body }) => body)).toEqual([expect.stringContaining('of which it does not say whether it works')])
    }
  })

  it.each<[ReportParty, object]>([
    ['github', { ...ALERT, action: 'resolved' }],
    ['github', { ...ALERT, action: 'assigned' }],
    ['github', alertOf({ secret_type: 'stripe_api_key' })],
    ['gitlab', { object_kind: 'push', project: {} }],
    ['gitlab', { object_kind: 'constructor' }],
    ['gitlab', { object_kind: 'vulnerability', object_attributes: { url: 'https://gitlab.example.com/1', report_type: 'sast' } }],
    [
      'gitlab',
      { object_kind: 'vulnerability', object_attributes: { url: 'https://gitlab.example.com/1', title: 'AWS', state: 'dismissed' } },
    ],
    ['gitguardian', { action: 'incident_resolved', incident: { id: 1 } }],
    ['gitguardian', { action: 'incident_triggered', incident: { id: 1, detector: { name: 'slack_token' } } }],
    ['jira', { webhookEvent: 'sprint_started' }],
    ['linear', { action: 'remove', type: 'Issue', data: { id: '1' }, webhookTimestamp: NOW }],
  ])('is answered and counted by its name where it is no exposure: %s %j', async (party, body) => {
    const { status, left, logged } = await say(party, body)
    expect([status, left()]).toEqual([200, 0])
    expect(logged).toEqual([['webhook.ignored', { party, event: expect.stringMatching(/^[\w.:-]+$/) }]])
  })

  it('is counted as another kind where its name is no name', async () => {
    const { logged } = await say('jira', { webhookEvent: `x ${SECRET_KEY}`, issue: { key: 'OPS-1' } })
    expect(logged).toEqual([['webhook.ignored', { party: 'jira', event: 'other' }]])
  })

  it.each<[ReportParty, object]>([
    ['github', { action: 'created' }],
    ['github', alertOf({ number: 0 })],
    ['github', alertOf({ number: 1.5 })],
    ...['acme', 'acme/..', 'acme/.', '../api', 'acme/a/b', 'acme/a?b', ''].map(
      (full_name) => ['github', { ...ALERT, repository: { full_name, private: true } }] as [ReportParty, object],
    ),
    ['gitlab', { object_kind: 'note' }],
    ['gitlab', { object_kind: 'vulnerability', object_attributes: null }],
    ['gitguardian', { action: 'incident_triggered' }],
    ['gitguardian', { action: 'of a kind that is new' }],
    ['jira', { webhookEvent: 'comment_created', issue: { key: 'OPS-1' } }],
    ['jira', { webhookEvent: 'jira:issue_created' }],
    ['jira', { webhookEvent: 'jira:issue_created', issue: { key: 'no key' } }],
    ['linear', { action: 'create', type: 'Issue', webhookTimestamp: NOW }],
    ['falco', { rule: 'x', priority: 'of none', time: '' }],
    ['falco', {}],
    ['webhook', { findings: [] }],
    ['webhook', { findings: [{ id: 'x', text: KEY_ID, place: 'x', seenAt: 'yesterday' }] }],
    ['webhook', { findings: [{ id: 'x', text: KEY_ID, place: 'x', grade: 'verified' }] }],
  ])('raises an alarm where it cannot be read, since it may be an exposure: %s %j', async (party, body) => {
    const { status, left, logged } = await say(party, body)
    expect([status, left(), logged]).toEqual([400, 0, [['webhook.unreadable', { party }]]])
  })

  it('raises an alarm where it is no JSON, or JSON in a depth that nobody can walk', async () => {
    const deep = (text: string) => `${'['.repeat(200_000)}${text}${']'.repeat(200_000)}`
    const texts = [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      deep(''),
      `{"webhookEvent":"jira:issue_created","issue":{"key":"OPS-1","fields":${deep(`"${KEY_ID}"`)}}}`,
    ]
    for (const text of texts) {
      const { send, left, logged } = world()
      const bytes = Buffer.from(text)
      const status = await send('jira', {
        body: bytes,
        headers: await SIGNERS.jira(bytes, { secret: PARTY_SECRETS.jira[0], at: NOW }).catch(() => ({})),
      })
      // Nobody can sign nothing.
      expect([status, left(), logged[0]?.[0]], text.slice(0, 20)).toEqual(
        text === '' ? [401, 0, 'webhook.refused'] : [400, 0, 'webhook.unreadable'],
      )
    }
  })

  it('raises an alarm where more ids stand in it than are read', async () => {
    const ids = Array.from({ length: 300 }, (_, at) => `AKIARZPUZDIKLIJV${base32(at)}`)
    const { logged } = await say('jira', { ...BODIES.jira(NOW), comment: { id: '1', body: ids.join(' ') } })
    expect(logged.map(([event]) => event)).toContain('webhook.read-in-part')
  })

  it('is a note where the id stands alone, and nothing where no id stands in it', async () => {
    const comment = (body: string) => say('jira', { ...BODIES.jira(NOW), comment: { id: '10002', body } })
    expect((await comment(`please rotate ${KEY_ID}, it is 90 days old`)).reports).toMatchObject([{ grade: 'id-only' }])
    const { status, left, logged } = await comment('please rotate the key')
    expect([status, left(), logged]).toEqual([200, 0, []])
  })

  it('is verified where the sender of the signed form has tried it, and never later than now', async () => {
    const finding = {
      id: 'a b',
      text: KEY_ID,
      place: 'x\u202egpj',
      verified: true,
      seenAt: '2099-01-01T00:00:00Z',
      url: 'http://example.com/x',
    }
    const { reports } = await say('webhook', { findings: [finding] })
    expect(reports).toEqual([
      {
        version: 1,
        id: expect.stringMatching(/^webhook:[0-9a-f]{32}:AKIA/),
        source: 'webhook',
        credentialId: KEY_ID,
        grade: 'verified',
        place: 'x·gpj',
        seenAt: NOW,
      },
    ])
  })

  it('of Falco names the rule, its priority and the workload, and nothing of what the workload did', async () => {
    const { reports } = await say('falco', BODIES.falco(NOW))
    expect(reports).toEqual([
      {
        version: 1,
        id: 'falco:6f2d1f1e-3f0b-4a5a-9d8e-0d6a5f2f7c11',
        source: 'falco',
        rule: 'Contact EC2 Instance Metadata Service From Container',
        priority: 'Critical',
        workload: 'prod/web-1',
        seenAt: NOW,
      },
    ])
    const onHost = { ...BODIES.falco(NOW), output_fields: { 'k8s.pod.name': '<NA>' }, priority: 'informational' }
    expect((await say('falco', onHost)).reports).toMatchObject([{ workload: 'i-0123456789abcdef0', priority: 'Informational' }])
  })
})

function base32(at: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return [at >> 5, at]
    .map((one) => letters[one & 31])
    .join('')
    .padStart(4, 'Q')
}
