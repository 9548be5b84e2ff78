import type { Check } from '../check.ts'
import { betaChecks } from './beta/dialect.ts'
import { fieldChecks } from './errors/fields.ts'
import { frameChecks } from './errors/frames.ts'
import { greetingChecks } from './handshake/greeting.ts'
import { keepingChecks as connectionChecks } from './handshake/keeping.ts'
import { refusalChecks } from './handshake/refusals.ts'
import { subprotocolChecks } from './handshake/subprotocols.ts'
import { bufferChecks } from './input-audio/buffer.ts'
import { transcriptChecks } from './input-audio/transcripts.ts'
import { contentChecks } from './items/content.ts'
import { creatingChecks } from './items/creating.ts'
import { keepingChecks } from './items/keeping.ts'
import { mcpChecks } from './mcp/tools.ts'
import { audioChecks } from './responses/audio.ts'
import { cancelChecks } from './responses/cancel.ts'
import { optionChecks } from './responses/options.ts'
import { outOfBandChecks } from './responses/out-of-band.ts'
import { rateLimitChecks } from './responses/rate-limits.ts'
import { textChecks } from './responses/text.ts'
import { restChecks } from './rest/client-secrets.ts'
import { defaultChecks } from './session/defaults.ts'
import { fixedChecks } from './session/fixed.ts'
import { mergingChecks } from './session/merging.ts'
import { valueChecks } from './session/values.ts'
import { bargeInChecks } from './speech/barge-in.ts'
import { turnChecks } from './speech/turns.ts'
import { callingChecks } from './tools/calling.ts'
import { toolItemChecks } from './tools/items.ts'
import { transcriptionChecks } from './transcription/session.ts'

/** Every check there is, area by area. */
export const checks: readonly Check[] = [
  ...[greetingChecks, subprotocolChecks, refusalChecks, connectionChecks],
  ...[frameChecks, fieldChecks],
  ...[defaultChecks, mergingChecks, valueChecks, fixedChecks],
  ...[creatingChecks, contentChecks, keepingChecks],
  ...[bufferChecks, transcriptChecks],
  ...[textChecks, optionChecks, audioChecks, cancelChecks, outOfBandChecks],
  ...[callingChecks, toolItemChecks],
  ...[transcriptionChecks, turnChecks, bargeInChecks],
  ...[restChecks, rateLimitChecks, betaChecks, mcpChecks],
].flat()
