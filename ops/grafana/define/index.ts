import { type Dashboard, dashboardJson } from './dashboard.ts'
import { gateway } from './gateway.ts'
import { overview } from './overview.ts'
import { llm, stt, tts } from './pools.ts'
import { tenants } from './tenants.ts'

const dashboards: readonly Dashboard[] = [overview, gateway, stt, llm, tts, tenants]

/** The files that Grafana is given, for `npm run gen`. */
export function dashboardFiles(): { path: string; content: string }[] {
  return dashboards.map((dashboard) => ({
    path: `ops/grafana/dashboards/${dashboard.uid}.json`,
    content: JSON.stringify(dashboardJson(dashboard)),
  }))
}
