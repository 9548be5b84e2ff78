import { openApiDocument } from '@voicebox/protocol'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** Says in which way an answer differs from what the OpenAPI document says of it; null: in none. */
export function undescribed(method: string, pathname: string, status: number, body: unknown): string | null {
  const path = pathname.replace(/^(\/openai)?\/v1/, '')
  const at = [
    'paths',
    templateOf(path),
    methodOf(path, method),
    'responses',
    String(status),
    'content',
    'application/json',
    'schema',
  ]
  const validate = ajv.compile({ $ref: `openapi#/${at.map(pointerStep).join('/')}` })
  return validate(body) ? null : ajv.errorsText(validate.errors)
}

const document = openApiDocument() as { paths: Record<string, Record<string, unknown>> }
const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema(document, 'openapi')

const templateOf = (path: string): string => (path.startsWith('/models/') ? '/models/{model}' : path)

/** A method that the path does not know is refused as its own would be. */
function methodOf(path: string, method: string): string {
  const known = Object.keys(document.paths[templateOf(path)] ?? {})
  return known.includes(method.toLowerCase()) ? method.toLowerCase() : (known[0] ?? method)
}

/** A part of a JSON pointer in a URI fragment. */
const pointerStep = (step: string): string => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
