import type { Session } from '@voicebox/protocol'
import type { Refusal } from './refuse.ts'
import type { PromptTemplate } from './state.ts'

type Prompt = NonNullable<Session['prompt']>
type Prompts = Readonly<Record<string, PromptTemplate>>

/** Why a stored prompt cannot be used as it is asked for. */
export function refusalOfPrompt(prompts: Prompts, prompt: Prompt | null | undefined, param: string): Refusal | null {
  if (prompt == null) return null
  const template = templateOf(prompts, prompt)
  if (template === undefined) {
    return { code: 'invalid_value', message: `Prompt with id '${prompt.id}' not found.`, param: `${param}.id` }
  }
  if (prompt.version != null && prompt.version !== template.version) {
    const message = `Version '${prompt.version}' of prompt '${prompt.id}' not found.`
    return { code: 'invalid_value', message, param: `${param}.version` }
  }
  const wanted = variablesIn(template)
  const unknown = Object.keys(prompt.variables ?? {}).find((name) => !wanted.includes(name))
  if (unknown !== undefined) {
    const message = `Prompt '${prompt.id}' has no variable '${unknown}'.`
    return { code: 'invalid_value', message, param: `${param}.variables.${unknown}` }
  }
  const wordless = Object.entries(prompt.variables ?? {}).find(
    ([, value]) => typeof value === 'object' && textOf(value) === undefined,
  )
  if (wordless !== undefined) {
    const message = `Variable '${wordless[0]}' must be text: its place is in the instructions.`
    return { code: 'invalid_value', message, param: `${param}.variables.${wordless[0]}` }
  }
  const missing = wanted.find((name) => valueOf(template, prompt, name) === undefined)
  if (missing === undefined) return null
  const at = `${param}.variables.${missing}`
  return { code: 'missing_required_parameter', message: `Missing required parameter: '${at}'.`, param: at }
}

/** The instructions that a stored prompt stands for; empty for one that is not there. */
export function instructionsOf(prompts: Prompts, prompt: Prompt | null): string {
  const template = prompt === null ? undefined : templateOf(prompts, prompt)
  if (prompt === null || template === undefined) return ''
  return template.instructions.replace(place, (_, name: string) => valueOf(template, prompt, name) ?? '')
}

/** The session's instructions: its own words, or else its stored prompt's. */
export function sessionInstructions({ instructions, prompt }: Session, prompts: Prompts): string {
  return instructions === '' ? instructionsOf(prompts, prompt) : instructions
}

const place = /\{\{\s*([\w.-]+)\s*\}\}/g

function templateOf(prompts: Prompts, { id }: Prompt): PromptTemplate | undefined {
  return Object.hasOwn(prompts, id) ? prompts[id] : undefined
}

function variablesIn({ instructions }: PromptTemplate): string[] {
  return [...instructions.matchAll(place)].map(([, name = '']) => name)
}

function valueOf({ variables: presets }: PromptTemplate, { variables }: Prompt, name: string): string | undefined {
  const given = Object.entries(variables ?? {}).find(([key]) => key === name)?.[1]
  if (given !== undefined) return typeof given === 'string' ? given : textOf(given)
  return Object.hasOwn(presets, name) ? presets[name] : undefined
}

/** Only words can stand in instructions. */
function textOf(value: object): string | undefined {
  return 'text' in value && typeof value.text === 'string' ? value.text : undefined
}
