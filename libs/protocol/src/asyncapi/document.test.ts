import specifications from '@asyncapi/specs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { clientEvents } from '../client-events.ts'
import { clientSamples, moreClientSamples, serverSamples } from '../samples.testing.ts'
import { serverEvents } from '../server-events.ts'
import { asyncApiDocument } from './document.ts'

interface Document {
  channels: { realtime: { messages: Record<string, object> } }
  operations: Record<string, { action: string; messages: { $ref: string }[] }>
  components: { messages: Record<string, { payload: object }>; schemas: Record<string, object> }
}

const document = asyncApiDocument() as Document
const text = JSON.stringify(document)

const typesOf = (events: typeof clientEvents | typeof serverEvents): string[] =>
  events.map(({ shape }) => shape.type.value).sort()

describe('the AsyncAPI document', () => {
  it('is one', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false, meta: false })
    const validate = ajv.compile(specifications.schemas['3.0.0'] as object)
    validate(JSON.parse(text))
    expect(validate.errors).toBeNull()
  })

  it('has every event as a message of its direction, from the side of the server', () => {
    const types = (operation: string) => {
      const { messages = [] } = document.operations[operation] ?? {}
      return messages.map(({ $ref }) => $ref.split('/').at(-1)).sort()
    }
    expect(document.operations).toMatchObject({
      receiveClientEvents: { action: 'receive' },
      sendServerEvents: { action: 'send' },
    })
    expect(types('receiveClientEvents')).toEqual(typesOf(clientEvents))
    expect(types('sendServerEvents')).toEqual(typesOf(serverEvents))
    expect(Object.keys(document.channels.realtime.messages)).toHaveLength(clientEvents.length + serverEvents.length)
  })

  it('refers to nothing that is not there, and has nothing that nothing refers to', () => {
    const refs = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path)
    for (const ref of refs) expect(at(ref), ref).toBeDefined()
    const objects = Object.keys(document.components.schemas).map((name) => `components/schemas/${name}`)
    expect(refs).toEqual(expect.arrayContaining(objects))
  })

  it('has each object once, and twice only where the server fills something in', () => {
    const objects = document.components.schemas
    const twice = Object.keys(objects).filter((name) => `${name}Input` in objects && name !== 'Item')
    expect(twice).toEqual(['AudioFormat', 'SemanticVad', 'ServerVad', 'Transcription', 'TurnDetection'])
    const all = Object.values(objects).map((schema) => JSON.stringify(schema))
    expect(new Set(all).size).toBe(all.length)
  })

  it.each([...Object.values(clientSamples), ...moreClientSamples, ...Object.values(serverSamples)])(
    'admits a $type',
    (event) => {
      const { payload } = document.components.messages[event.type] ?? {}
      const ajv = new Ajv({ strict: false, validateFormats: false })
      const validate = ajv.compile({ ...payload, components: document.components })
      validate(event)
      expect(validate.errors).toBeNull()
    },
  )
})

function at(path: string): unknown {
  return path.split('/').reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], document)
}
