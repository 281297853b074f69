import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { lambdaHandler } from './lambda-handler.ts'
import { sqsBatch } from './sqs-batch.ts'
import { responder } from './wiring/respond.ts'

/** Triggered by the queues of events and the bootstrap queue: reads events, evaluates them, invokes contain. It cannot change IAM. */
export const handler = lambdaHandler<SQSEvent, SQSBatchResponse>(sqsBatch(responder))
