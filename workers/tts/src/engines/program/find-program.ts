import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { Failure } from '@voicebox/kernel'

/** The path of an installed program; undefined if it is not in the search path (as in `PATH`). */
export async function findProgram(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter).filter((part) => part !== '')) {
    const path = join(folder, name)
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return path
  }
  return undefined
}

/** As `findProgram`; throws a `Failure` that says how to install it. */
export async function requireProgram(name: string, searchPath: string): Promise<string> {
  const path = await findProgram(name, searchPath)
  if (path !== undefined) return path
  const message = `The program ${name} is not installed; on Debian and Ubuntu: apt-get install ${name}`
  throw new Failure('engine', 'program_missing', message, { retryable: false })
}
