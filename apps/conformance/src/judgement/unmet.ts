/** Says that the server broke a rule: what should have come, and what came. A check throws it; the runner reports it. */
export class Unmet extends Error {
  readonly expected: string
  readonly came: string

  constructor(expected: string, came: string) {
    super(`expected ${expected}; came ${came}`)
    this.name = 'Unmet'
    this.expected = expected
    this.came = came
  }
}

/** Says that a check does not apply to this server, and why: it counts neither for nor against it. */
export class NotApplicable extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'NotApplicable'
  }
}
