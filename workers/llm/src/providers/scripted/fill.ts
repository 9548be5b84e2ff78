import type { ContextItem, GenerationRequest } from '@voicebox/engines'

/** What a template may speak of. */
export interface FillFrom {
  /** The groups of `when`, for `$1` to `$9`. */
  matched: readonly (string | undefined)[]
  /** The groups of `find`, for `%1` to `%9`. */
  found: readonly (string | undefined)[]
  request: GenerationRequest
}

/** Puts in what a template speaks of, once: what is put in is not looked at again. A group without a match is empty. */
export function fill(template: string, { matched, found, request }: FillFrom): string {
  return template.replaceAll(/\$([1-9]|context|images|tools)|%([1-9])/g, (_, name?: string, group?: string) => {
    if (group !== undefined) return found[Number(group)] ?? ''
    if (name === 'context') return JSON.stringify(request.context.map(inWords))
    if (name === 'images') return String(imagesIn(request.context))
    if (name === 'tools') return (request.tools ?? []).map((tool) => tool.name).join(',')
    return matched[Number(name)] ?? ''
  })
}

/** An entry without its pictures, which are long and mean nothing as text. */
function inWords(entry: ContextItem): ContextItem {
  return 'text' in entry ? { role: entry.role, text: entry.text } : entry
}

function imagesIn(context: readonly ContextItem[]): number {
  return context.reduce((count, entry) => count + ('text' in entry ? (entry.images?.length ?? 0) : 0), 0)
}
