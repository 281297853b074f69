import { expect, it } from 'vitest'
import { recordIn } from '../../local/read/cloudtrail-record.ts'
import { parseRowText } from '../../local/read/row-text.ts'

const session = (name: string) =>
  `{type=AssumedRole, principalid=AROAEXAMPLEEXAMPLE12:${name}, arn=arn:aws:sts::123456789012:assumed-role/deploy/${name}, accountid=123456789012, invokedby=null}`

it('takes a comma without a blank for a part of a value, so that no name of a session says who called', () => {
  const name = 'x,type=AWSService,invokedby=config.amazonaws.com'
  expect(parseRowText(session(name))).toEqual({
    type: 'AssumedRole',
    principalid: `AROAEXAMPLEEXAMPLE12:${name}`,
    arn: `arn:aws:sts::123456789012:assumed-role/deploy/${name}`,
    accountid: '123456789012',
    invokedby: null,
  })
})

it('says nothing of a structure that has a name twice, so that its record is told as unreadable', () => {
  const text = session('x, type=AWSService')
  expect(parseRowText(text)).toBeUndefined()
  const row = { eventname: 'DeleteTrail', eventsource: 'cloudtrail.amazonaws.com', eventversion: '1.11', useridentity: text }
  expect(recordIn(row)).toMatchObject({ eventName: 'DeleteTrail', userIdentity: text })
})
