/** Fails to compile when a switch misses a case; throws if an impossible value arrives all the same. */
export function assertNever(value: never): never {
  throw new TypeError(`Unexpected value: ${JSON.stringify(value)}`)
}
