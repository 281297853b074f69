import { makeTablesOn } from '../contract/embedded-table.ts'

const { DYNAMODB_URL } = process.env
if (DYNAMODB_URL === undefined) throw new Error('DYNAMODB_URL is not set; run the tests by `npm run test:dynamodb`')
makeTablesOn(DYNAMODB_URL)
