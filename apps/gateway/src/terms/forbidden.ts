import { Failure } from '@voicebox/kernel'
import type { AnySessionPatch, ClientEvent, Tool } from '@voicebox/protocol'
import { type Refusal, responsesIn, type SessionState, type WorkEffect } from '@voicebox/session'
import type { ToolQuota } from '@voicebox/tenancy'
import { unknownModel } from '../models.ts'
import type { TenantChoice } from './tenant-terms.ts'

/** Why a client event may not be: it names what its tenant may not use. */
export function forbiddenIn(choice: TenantChoice, event: ClientEvent): Refusal | null {
  if (event.type === 'session.update') return forbiddenInPatch(choice, event.session)
  if (event.type !== 'response.create') return null
  const { tools, audio } = event.response ?? {}
  return (
    forbiddenVoice(choice.voices, audio?.output?.voice, 'response.audio.output.voice') ??
    forbiddenTools(choice.tools, tools, 'response')
  )
}

/** Why a session may not have these settings. */
export function forbiddenInPatch(choice: TenantChoice, patch: AnySessionPatch): Refusal | null {
  const heard = patch.audio?.input?.transcription?.model
  const unheard = forbiddenModel(choice.models, heard, 'session.audio.input.transcription.model')
  if (unheard !== null || patch.type === 'transcription') return unheard
  return (
    forbiddenModel(choice.models, patch.model, 'session.model') ??
    forbiddenVoice(choice.voices, patch.audio?.output?.voice, 'session.audio.output.voice') ??
    forbiddenTools(choice.tools, patch.tools, 'session')
  )
}

/**
 * Why work may not be asked for, though its session could have it when it was set: a response by the model and with the voice
 * and the tools that it has, or a question to a server.
 */
export function forbiddenWork(choice: TenantChoice, effect: WorkEffect, state: SessionState): Failure | null {
  const refusal = refusalOfWork(choice, effect, state)
  return refusal === null ? null : new Failure('client', refusal.code, refusal.message)
}

function refusalOfWork(choice: TenantChoice, effect: WorkEffect, state: SessionState): Refusal | null {
  if (effect.kind === 'list_tools' || effect.kind === 'call_tool')
    return isHostAllowed(choice.tools, effect.server.url) ? null : invalid('server', notAllowedServer)
  if (effect.kind !== 'generate') return null
  const { responseId, speech } = effect.request
  const response = responsesIn(state).find(({ id }) => id === responseId)
  return (
    forbiddenModel(choice.models, state.session.model, 'session.model') ??
    forbiddenVoice(choice.voices, speech?.voice, 'session.audio.output.voice') ??
    forbiddenTools(choice.tools, response?.toolbox.tools, 'session')
  )
}

function forbiddenModel(models: TenantChoice['models'], model: string | undefined, param: string): Refusal | null {
  if (models === null || model === undefined || models.includes(model)) return null
  return { code: 'invalid_model', message: unknownModel(model), param }
}

function forbiddenVoice(
  voices: TenantChoice['voices'],
  voice: string | { id: string } | undefined,
  param: string,
): Refusal | null {
  const name = typeof voice === 'object' ? voice.id : voice
  if (voices === null || name === undefined || voices.includes(name)) return null
  const allowed = voices.map((one) => `'${one}'`).join(', ')
  return invalid(param, `'${name.slice(0, 100).toWellFormed()}' is not a voice that you may use: those are ${allowed}.`)
}

function forbiddenTools(quota: ToolQuota | null, tools: readonly Tool[] | undefined, param: string): Refusal | null {
  for (const [index, tool] of (tools ?? []).entries()) {
    const at = `${param}.tools[${index}]`
    if (tool.type === 'function') {
      if (quota !== null && !quota.functions) return invalid(at, 'You may not use functions.')
    } else if (!isHostAllowed(quota, tool.server_url)) return invalid(at, notAllowedServer)
  }
  return null
}

/** A server without an address is known by others than us. */
function isHostAllowed(quota: ToolQuota | null, url: string | undefined): boolean {
  const hosts = quota?.mcp ?? null
  if (hosts === null) return true
  const host = URL.parse(url ?? '')?.host
  if (host === undefined) return false
  return hosts.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one))
}

const notAllowedServer = 'You may not use this MCP server.'

const invalid = (param: string, reason: string): Refusal => ({
  code: 'invalid_value',
  message: `Invalid '${param}'. ${reason}`,
  param,
})
