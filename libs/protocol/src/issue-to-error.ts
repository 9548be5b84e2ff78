import type { z } from 'zod'
import type { WireError } from './wire-error.ts'
import { clipped, kindOf, pathText, quoted, supportedValues } from './wording.ts'

/** What is wrong with something of the client’s. */
export type Fault = Pick<WireError, 'code' | 'message' | 'param'>
type Issue = z.core.$ZodIssue
type Limit = z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall
type IssueOf<C extends Issue['code']> = Extract<Issue, { code: C }>

/** Says in the wire's words what a schema found wrong; the issue must have been reported with its input. */
export function issueToFault(issue: Issue | undefined, base: readonly PropertyKey[] = []): Fault {
  if (issue === undefined) return { code: 'invalid_value', message: 'Invalid event.', param: null }
  const path = [...base, ...issue.path]
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(path, issue.input, expectedKind(issue))
    case 'invalid_value':
      return wrongValue(path, issue.input, issue.values)
    case 'invalid_union':
      return isTagged(issue) ? wrongTag(path, issue) : noBranch(path, issue)
    case 'unrecognized_keys': {
      const param = pathText([...path, issue.keys[0] ?? ''])
      return { code: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param }
    }
    case 'too_big':
    case 'too_small':
      return beyondLimit(path, issue)
    case 'invalid_key':
      return issueToFault(issue.issues[0], path)
    case 'invalid_format':
      return about(path, 'invalid_value', formatComplaint(issue))
    case 'custom':
      return complaint(path, issue)
    default:
      return about(path, 'invalid_value', `. ${issue.message}`)
  }
}

const expectations: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'a boolean',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
}

function about(path: readonly PropertyKey[], code: string, complaint: string): Fault {
  const param = pathText(path)
  return { code, message: `Invalid '${param}'${complaint}`, param }
}

function wrongType(path: readonly PropertyKey[], input: unknown, expected: string): Fault {
  if (input === undefined) return missing(path)
  const param = pathText(path)
  const message = `Invalid type for '${param}': expected ${expected}, but got ${kindOf(input)} instead.`
  return { code: 'invalid_type', message, param }
}

function missing(path: readonly PropertyKey[]): Fault {
  const param = pathText(path)
  return { code: 'missing_required_parameter', message: `Missing required parameter: '${param}'.`, param }
}

function wrongValue(path: readonly PropertyKey[], input: unknown, values: readonly unknown[]): Fault {
  const sameType = values.find((value) => typeof value === typeof input)
  if (sameType === undefined || input === null) return wrongType(path, input, kindOf(values[0]))
  const given = typeof input === 'string' ? quoted(input) : clipped(JSON.stringify(input))
  return {
    code: 'invalid_value',
    message: `Invalid value: ${given}. ${supportedValues(values)}`,
    param: pathText(path),
  }
}

function formatComplaint({ pattern, message }: IssueOf<'invalid_format'>): string {
  if (pattern === undefined) return `. ${message}`
  const source = pattern.replace(/^\/(.*)\/[a-z]*$/s, '$1')
  return `: string does not match pattern. Expected a string that matches the pattern '${source}'.`
}

/** A rule of ours says its code by `params`, see `pairs.ts`. */
function complaint(path: readonly PropertyKey[], issue: IssueOf<'custom'>): Fault {
  const code: unknown = issue.params?.['code']
  if (code === 'missing_required_parameter') return missing(path)
  return about(path, typeof code === 'string' ? code : 'invalid_value', `. ${issue.message}`)
}

/** A union that is told apart by a tag, whose path zod reports. */
function isTagged(issue: IssueOf<'invalid_union'>): issue is IssueOf<'invalid_union'> & { discriminator: string } {
  return issue.discriminator !== undefined && issue.errors.length === 0
}

function wrongTag(path: readonly PropertyKey[], issue: IssueOf<'invalid_union'> & { discriminator: string }): Fault {
  const tag = (issue.input as Record<string, unknown>)[issue.discriminator]
  return wrongValue(path, tag, 'options' in issue && Array.isArray(issue.options) ? issue.options : [])
}

/** Of several branches, the one that the value was meant for is the first whose kind of JSON it has. */
function noBranch(path: readonly PropertyKey[], issue: IssueOf<'invalid_union'>): Fault {
  const firsts = issue.errors.map((issues) => issues[0]).filter((first) => first !== undefined)
  const meant = firsts.find((first) => !isOfAnotherKind(first))
  if (meant !== undefined) return issueToFault(meant, path)
  return wrongType(path, issue.input, firsts.map(expectedKind).join(' or '))
}

function isOfAnotherKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'invalid_value') return issue.values.every((value) => typeof value !== typeof issue.input)
  return issue.code === 'invalid_type' && issue.expected !== 'int'
}

/** Whether a number is meant to be whole is told by the issue's message, see `scalars.ts`. */
function expectedKind(issue: Issue): string {
  if (issue.code === 'invalid_type') {
    return issue.message === 'integer' ? 'an integer' : (expectations[issue.expected] ?? issue.expected)
  }
  return issue.code === 'invalid_value' ? kindOf(issue.values[0]) : 'another value'
}

function beyondLimit(path: readonly PropertyKey[], issue: Limit): Fault {
  return issue.origin === 'string' || issue.origin === 'array' ? wrongLength(path, issue) : outOfRange(path, issue)
}

function wrongLength(path: readonly PropertyKey[], issue: Limit): Fault {
  const { length } = issue.input as string | unknown[]
  const kind = kindOf(issue.input)
  const got = `but got ${length} instead.`
  return issue.code === 'too_big'
    ? about(
        path,
        `${issue.origin}_above_max_length`,
        `: ${issue.origin} too long. Expected ${kind} with maximum length ${issue.maximum}, ${got}`,
      )
    : about(
        path,
        `${issue.origin}_below_min_length`,
        `: ${issue.origin} too short. Expected ${kind} with minimum length ${issue.minimum}, ${got}`,
      )
}

function outOfRange(path: readonly PropertyKey[], issue: Limit): Fault {
  const kind = issue.message === 'decimal' ? 'decimal' : 'integer'
  const got = `but got ${String(issue.input)} instead.`
  return issue.code === 'too_big'
    ? about(
        path,
        `${kind}_above_max_value`,
        `: ${kind} above maximum value. Expected a value <= ${issue.maximum}, ${got}`,
      )
    : about(
        path,
        `${kind}_below_min_value`,
        `: ${kind} below minimum value. Expected a value >= ${issue.minimum}, ${got}`,
      )
}
