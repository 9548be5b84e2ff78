import { areas } from './check.ts'

export const help = `Checks any OpenAI Realtime server against the protocol, as a client sees it.

  npm run conformance -- <url> [options]

  <url>                 ws:// or wss:// address of the endpoint, such as wss://host/v1/realtime
  --key K               the API key; else CONFORMANCE_KEY of the environment
  --model M             the model to ask for (default: gpt-realtime)
  --area a,b            these areas alone: ${areas.slice(0, 8).join(', ')},
                        ${areas.slice(8).join(', ')}
  --only TEXT           the checks with this text in their name alone
  --list                names the checks and runs none
  --concurrency N       how many checks run at a time (default: 4)
  --timeout-ms N        how long the server may be silent where an answer is due (default: 10000)
  --insecure            takes self-signed certificates
  --slow                runs the checks that take long, too
  --mcp-url URL         a public MCP server, for the checks of area mcp
  --json FILE           writes the report as JSON
  --markdown FILE       writes the report as Markdown
  --verbose             a line for each check where the output is no terminal, too
  --help

Ends with 0 if every check passed, 1 if one failed, 2 if the command line is wrong or no session can be opened.

  npm run conformance -- ws://127.0.0.1:8080/v1/realtime --key sk-voicebox-dev
  npm run conformance -- wss://localhost:8443/v1/realtime --key sk-voicebox-dev --insecure --area items,responses
  CONFORMANCE_KEY=sk-… npm run conformance -- wss://api.openai.com/v1/realtime --concurrency 2 --markdown report.md
  npm run conformance -- --list --area cancel
`
