import { createHash } from 'node:crypto'
import { problems } from './problem.ts'

/** As much of the document as the page shows. */
interface Shown {
  info: { title: string; description?: string }
  tags?: { name: string; description?: string }[]
  paths?: Record<string, Record<string, ShownOperation>>
  components?: { schemas?: Record<string, unknown> }
}
interface ShownOperation {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: { name: string; in: string; required?: boolean; description?: string }[]
  requestBody?: { content?: Record<string, unknown> }
  responses?: Record<string, { content?: Record<string, unknown> }>
}

/** The document for people: one page that fetches nothing, runs nothing and needs no key. */
export function docsPage(document: object): Response {
  const { info, tags = [], paths = {}, components } = document as Shown
  const all = Object.entries(paths).flatMap(([path, own]) =>
    Object.entries(own).map(([method, operation]) => ({ path, method, operation })),
  )
  const parts = tags.map(({ name, description = '' }) => {
    const own = all.filter(({ operation }) => operation.tags?.includes(name))
    return `<h2>${text(name)}</h2><p>${text(description)}</p>${own.map(operationHtml).join('')}`
  })
  const problemRows = Object.entries(problems).map(
    ([code, { status, title }]) => `<tr id="${code}"><td><code>${code}</code><td>${status}<td>${text(title)}`,
  )
  const schemas = Object.entries(components?.schemas ?? {}).map(([name, schema]) => folded(name, schema))
  const body = [
    `<h1>${text(info.title)}</h1><p>${text(info.description ?? '')} <a href="openapi.json">openapi.json</a></p>`,
    ...parts,
    `<h2>Problems</h2><table>${problemRows.join('')}</table>`,
    `<h2>Schemas</h2>${schemas.join('')}`,
  ]
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${text(info.title)}</title><style>${style}</style><main>${body.join('\n')}</main></html>`
  return new Response(html, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
  })
}

function operationHtml({
  path,
  method,
  operation,
}: {
  path: string
  method: string
  operation: ShownOperation
}): string {
  const { operationId = '', summary = '', description = '', parameters = [], requestBody, responses } = operation
  const roles = (operation.security ?? []).flatMap((one) => Object.values(one).flat())
  const rows = parameters.map(
    ({ name, in: where, required = false, description: about = '' }) =>
      `<tr><td><code>${text(name)}</code><td>${text(where)}${required ? ', required' : ''}<td>${text(about)}`,
  )
  return [
    `<section id="${text(operationId)}"><h3><code>${method.toUpperCase()} ${text(path)}</code></h3>`,
    `<p>${text(summary)}. ${text(description)} <small>${text(roles.join(' or '))}</small></p>`,
    rows.length === 0 ? '' : `<table>${rows.join('')}</table>`,
    requestBody === undefined ? '' : folded('Body', requestBody.content),
    folded('Answers', responses),
    '</section>',
  ].join('')
}

const folded = (title: string, value: unknown): string =>
  `<details><summary>${text(title)}</summary><pre>${text(JSON.stringify(value, undefined, 2))}</pre></details>`

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const text = (plain: string): string => plain.replaceAll(/[&<>"']/g, (one) => escapes[one] ?? one)

const style = `
body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1b1b1f;background:#fff}main{max-width:56rem;margin:2rem auto;padding:0 1rem}
section{border-top:1px solid #ddd;padding:.5rem 0}code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f5f5f7;padding:.75rem;overflow:auto}
table{border-collapse:collapse;width:100%}td{padding:.2rem .5rem .2rem 0;vertical-align:top}:target{background:#fff6d6}small{color:#666}
@media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}pre{background:#222226}section{border-color:#333}a{color:#9bf}:target{background:#443c1c}}`
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
