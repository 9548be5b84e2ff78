import { Validator } from '@seriousme/openapi-schema-validator'
import { openApiDocument } from '@voicebox/protocol'
import { expect, it } from 'vitest'
import { undescribed } from '../testing/described.ts'

it('The OpenAPI document is valid', async () => {
  const validator = new Validator()
  expect(await validator.validate({ ...structuredClone(openApiDocument()) })).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
})

it('The OpenAPI document tells answers that are right from those that are not', () => {
  const error = { message: 'No.', type: 'invalid_request_error', param: null, code: 'no' }
  const path = '/v1/realtime/client_secrets'
  expect(undescribed('POST', path, 400, { error })).toBeNull()
  expect(undescribed('POST', path, 400, { error: { ...error, param: 1 } })).toMatch(/param must be/)
  expect(undescribed('POST', path, 200, { value: 'ek_1', expires_at: 1, session: {} })).not.toBeNull()
})
