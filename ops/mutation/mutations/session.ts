import type { Mutation } from '../mutation.ts'

/** Settings, prompts, and what the model has room for. */
export const sessionMutations: readonly Mutation[] = [
  {
    file: 'step.ts',
    find: 'if (announcesConversation) {',
    replace: 'if (!announcesConversation) {',
    breaks: 'the conversation is told where it shall be',
  },
  {
    file: 'step.ts',
    find: "event.type === 'response.create' || event.type === 'response.cancel'",
    replace: "event.type === 'response.cancel'",
    breaks: 'a transcription session makes no response',
  },
  {
    file: 'open.ts',
    find: "announcesConversation: announcesConversation && type === 'realtime'",
    replace: 'announcesConversation',
    breaks: 'a transcription session has no conversation to tell',
  },
  {
    file: 'refuse.ts',
    find: 'event_id: event?.event_id ?? null',
    replace: 'event_id: null',
    breaks: 'an error names the event that it answers',
  },
  {
    file: 'update.ts',
    find: 'input: { ...session.audio.input, ...audio?.input }',
    replace:
      'input: { ...session.audio.input, ...audio?.input, transcription: audio?.input?.transcription ?? session.audio.input.transcription }',
    breaks: 'null clears the transcription',
  },
  {
    file: 'update.ts',
    find: 'output: { ...session.audio.output, ...output }',
    replace: 'output: output === undefined ? session.audio.output : { ...session.audio.output, speed: 1, ...output }',
    breaks: 'what an update does not bring stays',
  },
  {
    file: 'update.ts',
    find: '    ...session,\n    ...fields,',
    replace:
      "    ...session,\n    ...fields,\n    truncation: typeof session.truncation === 'object' && typeof patch === 'object' && 'truncation' in patch && typeof patch.truncation === 'object' ? { ...session.truncation, ...patch.truncation } : 'truncation' in patch ? (patch.truncation ?? session.truncation) : session.truncation,",
    breaks: 'a choice is replaced, not merged',
  },
  {
    file: 'update.ts',
    find: 'if (patch.type !== state.type) {',
    replace: "if (patch.type !== state.type && patch.type === 'realtime') {",
    breaks: 'the type of a session cannot change',
  },
  {
    file: 'update.ts',
    find: 'patch.model !== undefined && patch.model !== session.model',
    replace: 'patch.model !== undefined',
    breaks: 'the same model is no change',
  },
  {
    file: 'update.ts',
    find: 'output.speed !== session.audio.output.speed && response !== null',
    replace: 'output.speed !== session.audio.output.speed && response === null',
    breaks: 'the speed changes between responses',
  },
  {
    file: 'update.ts',
    find: 'if (session.tracing !== null && isTracingChanged) {',
    replace: 'if (session.tracing !== null && patch.tracing === null) {',
    breaks: 'tracing cannot change once it is on',
  },
  {
    file: 'update.ts',
    find: 'const refusal = refusalOfPatch(draft.state, event.session)\n  if (refusal !== null) return refuse(draft, event, refusal)',
    replace:
      "const refusal = refusalOfPatch(draft.state, event.session)\n  if (refusal !== null) {\n    draft.state = applyPatch(draft.state, { type: 'realtime', ...('instructions' in event.session ? { instructions: event.session.instructions } : {}) } as typeof event.session)\n    return refuse(draft, event, refusal)\n  }",
    breaks: 'a refused update changes nothing',
  },
  {
    file: 'update.ts',
    find: 'JSON.stringify(hearing) !== JSON.stringify(before)',
    replace: 'hearing.turnDetection !== before.turnDetection',
    breaks: 'the ears are told of another format',
  },
  {
    file: 'voice.ts',
    find: 'return spokenVoice !== null && voiceName(voice) !== spokenVoice',
    replace: 'return spokenVoice !== null',
    breaks: 'the same voice is no change',
  },
  {
    file: 'prompt.ts',
    find: 'prompt.version != null && prompt.version !== template.version',
    replace: 'prompt.version != null && template.version !== null && prompt.version !== template.version',
    breaks: 'a version that is not there is refused',
  },
  {
    file: 'prompt.ts',
    find: 'return Object.hasOwn(prompts, id) ? prompts[id] : undefined',
    replace: 'return prompts[id]',
    breaks: 'a prompt is one that the operator wrote',
  },
  {
    file: 'prompt.ts',
    find: 'return Object.hasOwn(presets, name) ? presets[name] : undefined',
    replace: "return presets[name] ?? ''",
    breaks: 'a variable without a default must be given',
  },
  {
    file: 'prompt.ts',
    find: 'const place = /\\{\\{\\s*([\\w.-]+)\\s*\\}\\}/g',
    replace: 'const place = /\\{\\{\\s*([\\w.-]+)\\s*\\}\\}/',
    breaks: 'a variable stands wherever its name does',
  },
  {
    file: 'context-window.ts',
    find: 'if (total <= room) return entries',
    replace: 'if (total < room) return entries',
    breaks: 'nothing gives way as long as there is room',
  },
  {
    file: 'context-window.ts',
    find: 'if (left <= goal) break',
    replace: 'if (left < goal) break',
    breaks: 'no more gives way than must',
  },
  {
    file: 'context-window.ts',
    find: "if (truncation === 'disabled') return null",
    replace: '',
    breaks: 'a conversation that may not give way is too long',
  },
  {
    file: 'context-window.ts',
    find: 'Math.floor(room * truncation.retention_ratio)',
    replace: 'room',
    breaks: 'under a ratio there is room left for what comes',
  },
  {
    file: 'context-window.ts',
    find: 'return limit === undefined ? room : Math.min(room, limit)',
    replace: 'return room',
    breaks: 'the client’s limit counts',
  },
  {
    file: 'context-window.ts',
    find: 'index > 0 && index > heldUntil',
    replace: 'index > 0',
    breaks: 'a call and its output give way together',
  },
  {
    file: 'context-window.ts',
    find: "charactersOf(['images' in entry ? { ...entry, images: [] } : entry])",
    replace: 'charactersOf([entry])',
    breaks: 'a picture costs the same however long its data is',
  },
  {
    file: 'generate.ts',
    find: 'if (response.readsConversation && response.isInConversation) leaveOutForGood(draft, response)',
    replace: '',
    breaks: 'what has given way stays away',
  },
  {
    file: 'generate.ts',
    find: 'if (response.readsConversation && response.isInConversation) leaveOutForGood',
    replace: 'leaveOutForGood',
    breaks: 'a response outside the conversation takes nothing from it',
  },
  {
    file: 'generate.ts',
    find: 'maxOutputTokens: session.max_output_tokens,',
    replace: 'maxOutputTokens: response.object.max_output_tokens,',
    breaks: 'what one response asks for costs the next ones nothing',
  },
  {
    file: 'generate.ts',
    find: 'estimatedTokens: tokensToRead(reading)',
    replace: 'estimatedTokens: 0',
    breaks: 'what a response reads is expected before it is asked',
  },
  {
    file: 'response.ts',
    find: 'charactersIn([...state.entries, ...state.asides])',
    replace: 'charactersIn(state.entries)',
    breaks: 'what responses read counts with the conversation',
  },
  {
    file: 'update.ts',
    find: "if ('tools' in event.session) listServers",
    replace: 'listServers',
    breaks: 'an update asks servers only where it brings tools',
  },
  {
    file: 'update.ts',
    find: "    if (idleMs !== null) act(draft, { kind: 'disarm_timer', subject: 'idle' })\n",
    replace: '',
    breaks: 'a timeout that was taken away is over',
  },
  {
    file: 'update.ts',
    find: "transcription?.model === 'gpt-realtime-whisper' && detection !== null && state.type",
    replace:
      "transcription?.model === 'gpt-realtime-whisper' && patch.audio?.input?.turn_detection !== null && detection === null && state.type",
    breaks: 'a model that listens on finds no turns',
  },
  {
    file: 'prompt.ts',
    find: 'const unknown = Object.keys(prompt.variables ?? {}).find((name) => !wanted.includes(name))',
    replace: "const unknown = Object.keys(prompt.variables ?? {}).find((name) => wanted.length === 0 && name === '')",
    breaks: 'a variable that the prompt does not have is refused',
  },
  {
    file: 'prompt.ts',
    find: "typeof given === 'string' ? given : textOf(given)",
    replace: "typeof given === 'string' ? given : undefined",
    breaks: 'a variable may be a part of a message',
  },
  {
    file: 'voice.ts',
    find: "typeof voice === 'string' ? voice : voice.id",
    replace: "typeof voice === 'string' ? voice : 'alloy'",
    breaks: 'a voice may be named by an id',
  },
  {
    file: 'context-window.ts',
    find: 'Math.min(usualOutputTokens, limits.contextTokens / 4)',
    replace: 'usualOutputTokens',
    breaks: 'an answer without a limit leaves room for the conversation',
  },
  {
    file: 'step.ts',
    find: '  listServers(draft, session.tools)\n',
    replace: '',
    breaks: 'servers that came with the secret are asked at once',
  },
]
