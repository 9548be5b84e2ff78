import { readFileSync } from 'node:fs'

/**
 * Tells processes apart that had the same number one after another: when this one was born, in the kernel's ticks, or
 * `unknown` where there is no /proc. Undefined: no such process lives (a zombie does not).
 */
export function processBirth(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
  }
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return 'unknown'
  }
}
