/** Says how a session is resumed. The gateway does it; the events are above. */
export const resumeSection = `## Resuming

An extension of this server. A session outlives its connection: a client whose socket was lost connects again, with the key that
opened the session, to any gateway and with these in place of \`model\`:

| query parameter | meaning |
|---|---|
| \`session_id\` | the session |
| \`last_event_id\` | the last event that was received; what was sent after it is sent again, as it was |
| \`sent_events\` | optional: how many events the client has sent in this session, which says that it sends again what was not taken |

\`session.resumed\` is the first event then. A client that gave \`sent_events\` sends those of its events again that come after
\`received.events\`, in their order, and before them its \`input_audio_buffer.append\` events from \`received.audio_from\` on.

A session ends with a close of its socket by code 1000 or without a code; after any other end it can be resumed for a while. Where
it cannot, an \`error\` says so and the socket is closed with 4000: \`session_not_found\` (it has ended, or is somebody else’s),
\`event_not_found\` (what was sent after that event is not kept any more). The connection that the session had before gets an
\`error\` \`session_resumed_elsewhere\` and is closed with 4001.

A session that an administrator closes gets an \`error\` \`session_closed\`, and its socket is closed with 4000 for good.`
