import { settings } from './settings.ts'

/** Renders the settings as Markdown, for docs/configuration.md. */
export function configurationReference(): string {
  const rows = Object.values(settings).map((setting) => {
    const absent = setting.schema.safeParse(undefined)
    const value =
      absent.success && absent.data !== undefined ? `\`${JSON.stringify(absent.data).replaceAll('"', '')}\`` : '–'
    return `| \`${setting.env}\` | ${value} | ${setting.doc} |`
  })
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')
}
