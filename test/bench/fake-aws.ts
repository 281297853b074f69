import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Milliseconds that each answer takes, so that calls made together are seen to overlap. */
const ANSWER_MS = 5

/** IAM, SNS and Lambda on loopback, just enough for one user with one key. */
export async function fakeAws({ userName, accessKeyId }: { userName: string; accessKeyId: string }) {
  let status = 'Active'
  let policy: string | undefined
  let sawInvoke: (incidentId: string) => void = () => {}
  const invoked = new Promise<string>((resolve) => {
    sawInvoke = resolve
  })
  const answers: Record<string, (words: URLSearchParams) => string | undefined> = {
    GetAccessKeyLastUsed: () =>
      `<UserName>${userName}</UserName><AccessKeyLastUsed><Region>us-east-1</Region><ServiceName>s3</ServiceName></AccessKeyLastUsed>`,
    ListAccessKeys: () =>
      `<IsTruncated>false</IsTruncated><AccessKeyMetadata><member><UserName>${userName}</UserName><AccessKeyId>${accessKeyId}</AccessKeyId><Status>${status}</Status></member></AccessKeyMetadata>`,
    UpdateAccessKey(words) {
      status = words.get('Status') ?? status
      return ''
    },
    GetUserPolicy: (words) =>
      policy &&
      `<UserName>${userName}</UserName><PolicyName>${words.get('PolicyName')}</PolicyName><PolicyDocument>${policy}</PolicyDocument>`,
    PutUserPolicy(words) {
      policy = encodeURIComponent(words.get('PolicyDocument') ?? '')
      return ''
    },
    GetUser: () =>
      `<User><Path>/</Path><UserName>${userName}</UserName><UserId>AIDA-${userName}</UserId><Arn>arn:aws:iam::123456789012:user/${userName}</Arn></User>`,
    Publish: () => '<MessageId>1</MessageId>',
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      setTimeout(() => {
        if (request.url?.includes('/functions/') === true) {
          sawInvoke(JSON.parse(body).incidentId)
          response.writeHead(202).end()
          return
        }
        const words = new URLSearchParams(body)
        const action = words.get('Action') ?? ''
        const answer = answers[action]?.(words)
        response.setHeader('content-type', 'text/xml')
        if (answer === undefined)
          response.writeHead(404).end('<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>none</Message></Error></ErrorResponse>')
        else response.end(`<${action}Response><${action}Result>${answer}</${action}Result></${action}Response>`)
      }, ANSWER_MS)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoked,
    statusOfKey: () => status,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
