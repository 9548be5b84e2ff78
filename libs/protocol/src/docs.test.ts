import { describe, expect, it } from 'vitest'
import { clientEvents } from './client-events.ts'
import { protocolReference } from './docs.ts'
import { serverEvents } from './server-events.ts'

describe('protocolReference', () => {
  const reference = protocolReference()

  it('tells of every event', () => {
    for (const { shape } of [...clientEvents, ...serverEvents]) {
      expect(reference).toContain(`\n### \`${shape.type.value}\`\n`)
    }
  })

  it('tells types, defaults and limits', () => {
    expect(reference).toContain('| `silence_duration_ms` | integer ≥ 0 | `200` |')
    expect(reference).toContain('| `idle_timeout_ms` | integer, 5000 to 30000 or null | `null` |')
    expect(reference).toContain('| `audio.output.speed` | number, 0.25 to 1.5 | `1` |')
    expect(reference).toContain('| `item` | [ItemInput](#iteminput) | required |')
  })

  it('links to nothing that is not there', () => {
    const links = [...reference.matchAll(/\]\(#([a-z]+)\)/g)].map(([, name]) => name)
    const sections = [...reference.matchAll(/^### ([A-Za-z]+)$/gm)].map(([, name]) => name?.toLowerCase())
    expect(links.length).toBeGreaterThan(20)
    expect(sections).toEqual(expect.arrayContaining(links))
  })
})
