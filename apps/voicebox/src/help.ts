/** What `npm start -- --help` prints. */
export const startHelp = `Usage: npm start

Starts everything on this machine: Redis, PostgreSQL, the gateway, one worker
each for hearing, thinking and speaking, and the housekeeper. Ctrl-C stops it; a second
Ctrl-C stops it at once. SIGHUP restarts the workers and the gateway in turn.

  --help, -h     this text
  --version, -v  the version

Settings are environment variables; docs/configuration.md lists them all:
  VOICEBOX_PORT           plain port (8080; 0 picks a free one)
  VOICEBOX_TLS_PORT       TLS port (8443)
  VOICEBOX_API_KEY        the key that clients present (npx voicebox keys makes others)
  VOICEBOX_STT_ENGINE     speech to text
  VOICEBOX_LLM_PROVIDERS  language providers, as JSON
  VOICEBOX_TTS_ENGINE     text to speech
  VOICEBOX_DATA_DIR       where data and logs are kept (.voicebox)`

/** What `npm run talk -- --help` prints. */
export const talkHelp = `Usage: npm run talk -- <in.wav> [out.wav]

Speaks a WAV (16-bit PCM, mono or stereo, any rate) to the running voicebox with
the official OpenAI client, prints what was heard and answered, and saves the
answer to out.wav (24 kHz mono) where that is given.

  --url <wss://…>  another server (default: the one that npm start runs here)
  --key <key>      the key to present (default: VOICEBOX_API_KEY, or the development key)
  --model <name>   the model to ask for (gpt-realtime)
  --waterfall      shows where the time of the answer went, stage by stage
  --help, -h       this text
  --version, -v    the version`
