/**
 * The date of the prices below: models on Amazon Bedrock, on demand, in us-east-1, in US dollars for a million tokens. The current ones are on
 * https://aws.amazon.com/bedrock/pricing/.
 */
export const PRICES_AS_OF = '2025-11-01'

/** US dollars for a million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
}

const PRICES: readonly (readonly [model: RegExp, price: Price])[] = [
  [/anthropic\.claude-haiku-4-5/, { input: 1, output: 5 }],
  [/anthropic\.claude-sonnet-4/, { input: 3, output: 15 }],
  [/anthropic\.claude-3-5-haiku/, { input: 0.8, output: 4 }],
  [/anthropic\.claude-3-haiku/, { input: 0.25, output: 1.25 }],
  [/amazon\.nova-micro/, { input: 0.035, output: 0.14 }],
  [/amazon\.nova-lite/, { input: 0.06, output: 0.24 }],
  [/amazon\.nova-pro/, { input: 0.8, output: 3.2 }],
]

/** The price of a model or inference profile by its id, or undefined where the table has none. */
export function priceOf(modelId: string): Price | undefined {
  return PRICES.find(([pattern]) => pattern.test(modelId))?.[1]
}
