import { Failure } from '@voicebox/kernel'

/** What calls in flight fail with when their engine is closed. */
export function engineClosed(name: string): Failure {
  return new Failure('engine', 'engine_closed', `The engine ${name} was closed`)
}
