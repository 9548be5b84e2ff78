export const help = `Manages the tenants of an installation: all that the admin API does.

  npx voicebox tenants create ID [--name NAME]
  npx voicebox tenants list
  npx voicebox tenants show ID
  npx voicebox tenants rename ID --name NAME
  npx voicebox tenants suspend ID          none of its keys opens anything; its open sessions end
  npx voicebox tenants resume ID           they do again

  npx voicebox keys create [--tenant ID] [--name NAME] [--scope SCOPE]… [--expires WHEN]
                                           makes a key and shows it, this once
  npx voicebox keys list [--tenant ID]
  npx voicebox keys revoke KEY [--tenant ID]
                                           for ever; sessions that were opened with it end within five seconds

  npx voicebox quotas show|clear [--tenant ID]
  npx voicebox quotas set [--tenant ID] NAME=VALUE…
                                           such as sessions=5, tokens_per_minute=null, 'models=["gpt-realtime"]'
  npx voicebox settings show [--tenant ID]
  npx voicebox settings set [--tenant ID] NAME=VALUE…

  npx voicebox sessions list [--tenant ID]
  npx voicebox sessions show|close SESSION [--tenant ID]
  npx voicebox lanes list

  npx voicebox audit list [--tenant ID | --strangers] [--limit N] [--after ENTRY]
                                           what happened, the newest first; --strangers: who had no key

  --tenant ID      the tenant (default)
  --scope SCOPE    what the key may do: realtime (sessions), admin (what is its tenant's), platform (all tenants); realtime if none is given
  --expires WHEN   2030-01-31, 2030-01-31T12:00Z, or from now: 30m, 12h, 90d; never if it is not given
  --url URL        asks that gateway with VOICEBOX_ADMIN_KEY, in place of the servers
  --json           for programs
  --help, -h

Asks DATABASE_URL and REDIS_URL; without them the servers of npm start on VOICEBOX_DATA_DIR (.voicebox).
Ends with 0 if it was done, 1 if it could not be, 2 if the command line or the configuration is wrong.
`
