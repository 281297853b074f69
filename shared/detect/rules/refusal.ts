/** Why a rule is not loaded, in a line for whoever wrote it. Code of this folder alone catches it. */
export class Refusal extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'Refusal'
  }
}
