import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicAddress, parseAllowList, refusalOfServerUrl } from './index.ts'

const byte = fc.integer({ min: 0, max: 255 })
type Parts = [number, number, number, number]

/** Blocks of IPv4 that are not public, by the parts that are fixed. */
const blocks: fc.Arbitrary<number>[][] = [
  [fc.constantFrom(0, 10, 127)],
  [fc.constant(100), fc.integer({ min: 64, max: 127 })],
  [fc.constant(169), fc.constant(254)],
  [fc.constant(172), fc.integer({ min: 16, max: 31 })],
  [fc.constant(192), fc.constant(168)],
  [fc.constant(198), fc.constantFrom(18, 19)],
  [fc.integer({ min: 224, max: 255 })],
]
const privateIPv4 = fc
  .oneof(...blocks.map((fixed) => fc.tuple(...fixed, ...Array.from({ length: 4 - fixed.length }, () => byte))))
  .map((parts) => parts as Parts)

const number = (parts: readonly number[]): number => parts.reduce((sum, part) => sum * 256 + part, 0)
const hex = (value: number): string => `0x${value.toString(16)}`
const octal = (value: number): string => `0${value.toString(8)}`
const decimal = (value: number): string => String(value)
const group = (high: number, low: number): string => (high * 256 + low).toString(16)
const wide = (text: string): string => text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
const percent = (text: string): string => text.replace(/\d/g, (digit) => `%3${digit}`)

/** Every way of writing an IPv4 address that URLs know, each number in a base of its own. */
const written = fc
  .tuple(
    privateIPv4,
    fc.constantFrom(1, 2, 3, 4),
    fc.array(fc.constantFrom(hex, octal, decimal), { minLength: 4, maxLength: 4 }),
  )
  .map(([parts, count, bases]) => {
    const numbers = [...parts.slice(0, count - 1), number(parts.slice(count - 1))]
    return numbers.map((value, index) => (bases[index] ?? decimal)(value)).join('.')
  })
const disguised = fc
  .tuple(
    written,
    fc.constantFrom((text: string) => text, wide, percent),
    fc.constantFrom('', '.'),
  )
  .map(([text, disguise, dot]) => disguise(text) + dot)

/** The ways of IPv6 to hold an IPv4 address. */
const within = privateIPv4.chain(([a, b, c, d]) =>
  fc.constantFrom(
    `::ffff:${a}.${b}.${c}.${d}`,
    `0:0:0:0:0:ffff:${group(a, b)}:${group(c, d)}`,
    `::${group(a, b)}:${group(c, d)}`,
    `64:ff9b::${group(a, b)}:${group(c, d)}`,
    `2002:${group(a, b)}:${group(c, d)}::`,
    `::ffff:0:${a}.${b}.${c}.${d}`,
  ),
)
const privateIPv6 = fc
  .tuple(
    fc.constantFrom('fc', 'fd', 'fe8', 'fe9', 'feb', 'fec', 'ff'),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 7, maxLength: 7 }),
  )
  .map(([prefix, groups]) => [prefix.padEnd(4, '0'), ...groups.map((value) => value.toString(16))].join(':'))

describe('No private address', () => {
  it('passes in any notation', () => {
    const hosts = fc.oneof(
      disguised,
      within.map((address) => `[${address}]`),
      privateIPv6.map((address) => `[${address}]`),
    )
    fc.assert(
      fc.property(hosts, (host) => {
        expect(URL.canParse(`https://${host}/`), host).toBe(true)
        expect(refusalOfServerUrl(`https://${host}/mcp`, parseAllowList([])), host).toContain('not public')
      }),
      { numRuns: 2_000 },
    )
  })

  it('passes as what a name leads to', () => {
    const addresses = fc.oneof(
      privateIPv4.map((parts) => parts.join('.')),
      within,
      privateIPv6,
    )
    fc.assert(
      fc.property(addresses, (address) => {
        expect(isPublicAddress(address), address).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })
})
