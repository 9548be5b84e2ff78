import { breaks } from './failures.ts'

/** Writes something of a tenant; false: there is no such tenant, as this foreign key says. */
export async function knowsTenant(foreignKey: string, write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if (breaks(error, foreignKey)) return false
    throw error
  }
}
