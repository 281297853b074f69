// Calls the handler of a bundle with the payload on standard input, as the Lambda runtime would.
// A function whose time has come: its clock is ahead.
const ahead = Number(process.env.CLOCK_AHEAD_MS ?? 0)
const now = Date.now
Date.now = () => now() + ahead
const { handler } = await import(process.argv[2])
let body = ''
for await (const chunk of process.stdin) body += chunk
const context = {
  functionName: 'test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:test',
  awsRequestId: 'r',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 60_000,
}
const answer = await handler(JSON.parse(body), context)
process.stdout.write(`\nANSWER ${JSON.stringify(answer ?? null)}\n`)
