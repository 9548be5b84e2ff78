export const help = `Manages the tenants of an installation and their keys.

  npx voicebox tenants create ID [--name NAME]
  npx voicebox tenants list
  npx voicebox tenants suspend ID          none of its keys opens anything; its open sessions end
  npx voicebox tenants resume ID           they do again

  npx voicebox keys create [--tenant ID] [--name NAME] [--scope SCOPE]… [--expires WHEN]
                                           makes a key and shows it, this once
  npx voicebox keys list [--tenant ID]
  npx voicebox keys revoke KEY [--tenant ID]
                                           for ever; sessions that were opened with it end within five seconds

  npx voicebox audit list [--tenant ID | --strangers] [--limit N] [--before ENTRY]
                                           what happened, the newest first; --strangers: who had no key

  --tenant ID      the tenant (default)
  --scope SCOPE    what the key may do: realtime (sessions), admin (the tenant's own keys and quotas); realtime if none is given
  --expires WHEN   2030-01-31, 2030-01-31T12:00Z, or from now: 30m, 12h, 90d; never if it is not given
  --json           for programs
  --help, -h

Asks DATABASE_URL and REDIS_URL; without them the servers that npm start runs on VOICEBOX_DATA_DIR (.voicebox).
Ends with 0 if it was done, 1 if it could not be, 2 if the command line or the configuration is wrong.
`
