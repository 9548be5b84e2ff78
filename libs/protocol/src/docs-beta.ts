import { betaFormats } from './beta/audio-format.ts'
import { transcriptionUpdate } from './beta/client-events.ts'
import { betaNames, betaPartNames, betaTranscriptionNames } from './beta/names.ts'
import { responsePaths, sessionPaths } from './beta/paths.ts'

/** Says what the beta dialect calls otherwise, from the tables that it is read and written by. */
export function betaReference(): string[] {
  const names = Object.entries(betaNames)
  const renamed = names.flatMap(([ours, theirs]) => (theirs === null ? [] : [[ours, theirs] as const]))
  const silent = names.flatMap(([ours, theirs]) => (theirs === null ? [code(ours)] : []))
  return [
    '## Beta dialect',
    intro,
    '### Events by other names',
    table(['event', 'in the beta dialect'], renamed),
    table(
      ['event of a transcription session', 'in the beta dialect'],
      [['session.update', transcriptionUpdate], ...Object.entries(betaTranscriptionNames)],
    ),
    `Not told: ${silent.join(', ')}, and whatever else is about an item of an MCP server.`,
    '### Fields by other names',
    table(['in `session`', 'in the beta dialect’s'], flipped(sessionPaths)),
    table(['in `response` of `response.create`', 'in the beta dialect’s'], flipped(responsePaths)),
    table(['part of the assistant', 'in the beta dialect'], Object.entries(betaPartNames)),
    table(
      ['format', 'in the beta dialect'],
      Object.entries(betaFormats).map(([name, { type }]) => [type, name] as const),
    ),
    more,
  ]
}

const intro = `A connection with the header \`OpenAI-Beta: realtime=v1\` or the subprotocol \`openai-beta.realtime-v1\` speaks the
protocol as it was before general availability. Everything not named here is as above. Only this dialect’s own shapes are
understood on such a connection: a nested \`session.update\` is refused as having unknown fields.`

const more = `Besides, the beta dialect

- has \`temperature\`, in sessions and responses, and shows a response’s \`max_output_tokens\` by that name;
- says \`["text", "audio"]\` for what is \`["audio"]\` above, since audio comes with its transcript;
- lets \`turn_detection\` leave out its \`type\`, which is then \`server_vad\`, and has no \`idle_timeout_ms\`;
- has function tools only, and neither pictures, \`truncation\`, \`reasoning\` nor \`parallel_tool_calls\`;
- has no \`name\` in \`response.function_call_arguments.done\`, and counts no \`image_tokens\`;
- lets a message in \`response.create\`’s \`input\` have parts \`{"type": "item_reference", "id"}\`;
- names fields its own way in the \`param\` of an error.`

const flipped = (paths: Readonly<Record<string, string>>) =>
  Object.entries(paths).map(([theirs, ours]) => [ours, theirs] as const)

function table([left, right]: readonly [string, string], rows: (readonly [string, string])[]): string {
  return [
    `| ${left} | ${right} |`,
    '|---|---|',
    ...rows.map(([ours, theirs]) => `| ${code(ours)} | ${code(theirs)} |`),
  ].join('\n')
}

const code = (text: string): string => `\`${text}\``
