import { join, resolve } from 'node:path'
import { loadConfig } from '@voicebox/config'
import { type Migrations, migrating } from '@voicebox/store'
import { placeOf } from '@voicebox/store/embedded'

export interface Console {
  write(text: string): void
  complain(text: string): void
}

/** Does what the command line asks for: 0 done, 2 it cannot be understood. Throws the `Failure` of a database that cannot be changed. */
export async function runMigrate(args: readonly string[], env: NodeJS.ProcessEnv, console: Console): Promise<0 | 2> {
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    console.write(help)
    return 0
  }
  const [name = 'up', ...more] = args
  const command = Object.hasOwn(commands, name) ? commands[name as keyof typeof commands] : undefined
  if (command === undefined || more.length > 0) {
    console.complain(`Not understood: ${args.join(' ')}\n(npm run migrate -- --help)\n`)
    return 2
  }
  for (const line of await migrating(ownerUrl(env), command)) console.write(`${line}\n`)
  return 0
}

const commands = {
  async up({ up }: Migrations): Promise<string[]> {
    const applied = await up()
    return applied.length === 0 ? ['There was nothing to do.'] : applied.map((name) => `applied     ${name}`)
  },
  async down({ down }: Migrations): Promise<string[]> {
    const name = await down()
    return [name === null ? 'There was nothing to take back.' : `taken back  ${name}`]
  },
  async status({ list }: Migrations): Promise<string[]> {
    return (await list()).map(
      ({ name, appliedAt }) => `${appliedAt?.toISOString() ?? 'not applied'.padEnd(24)}  ${name}`,
    )
  },
}

/** The launcher's own Postgres where none is named. */
function ownerUrl(env: NodeJS.ProcessEnv): string {
  const { config } = loadConfig(env, ['databaseUrl', 'databaseOwnerUrl', 'dataDir'])
  return config.databaseOwnerUrl ?? config.databaseUrl ?? placeOf(join(resolve(config.dataDir), 'postgres')).ownerUrl
}

const help = `Changes the tables of the database to those of this version, or back.

  npm run migrate                 applies every migration that is not applied (npm start does so by itself)
  npm run migrate -- down         takes the last one back, with all that was kept in its tables
  npm run migrate -- status       which are applied, and since when
  npm run migrate -- --help, -h

Uses DATABASE_OWNER_URL, else DATABASE_URL; without them the PostgreSQL that npm start runs on VOICEBOX_DATA_DIR (.voicebox).
The role must own the database, and may make the role voicebox_app or have been granted it.
Ends with 0 if all was done, 1 if something could not be, 2 if the command line or the configuration is wrong.
`
