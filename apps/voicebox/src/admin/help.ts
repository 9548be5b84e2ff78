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

  npx voicebox webhooks list [--tenant ID]
  npx voicebox webhooks create URL [--event EVENT]… [--tenant ID]
                                           shows its secret, this once; all events if none is given
  npx voicebox webhooks delete WEBHOOK [--tenant ID]
  npx voicebox provider-keys list [--tenant ID]
  npx voicebox provider-keys set PROVIDER FILE [--tenant ID]
                                           the key is in the file; - is standard input
  npx voicebox provider-keys delete PROVIDER [--tenant ID]

  npx voicebox sessions list [--tenant ID] sessions that are open
  npx voicebox sessions show|close|turns SESSION [--tenant ID]
                                           turns: where the time of the latest ones went
  npx voicebox history sessions [--state live|ended] [--model MODEL] [--from TIME] [--to TIME] [PAGE]
  npx voicebox history show SESSION
  npx voicebox history items SESSION [--oldest] [PAGE]
  npx voicebox history item SESSION ITEM
  npx voicebox history responses SESSION [PAGE]
  npx voicebox history search TEXT [--session SESSION] [--from TIME] [--to TIME] [PAGE]
  npx voicebox history delete SESSION
  npx voicebox history delete-item SESSION ITEM
  npx voicebox history delete-all          each with [--tenant ID]; what is deleted is deleted by a chore
  npx voicebox usage days|totals [--from DAY] [--to DAY] [--csv] [--tenant ID]

  npx voicebox lanes list
  npx voicebox lanes letters LANE          jobs that were given up
  npx voicebox lanes letter|retry|drop LANE LETTER
  npx voicebox chores list [--kind KIND] [--state STATE] [--tenant ID | --all] [PAGE]
  npx voicebox chores show|retry|drop CHORE [--tenant ID | --all]

  npx voicebox audit list [--tenant ID | --strangers] [PAGE]
                                           what happened, the newest first; --strangers: who had no key

  PAGE             [--limit N] [--after NEXT]: as many at most (50), after a page whose \`next\` it is; --json shows it
  --tenant ID      the tenant (default)
  --scope SCOPE    what the key may do: realtime (sessions), admin (what is its tenant's), platform (all tenants); realtime if none is given
  --expires WHEN   2030-01-31, 2030-01-31T12:00Z, or from now: 30m, 12h, 90d; never if it is not given
  --url URL        asks that gateway with VOICEBOX_ADMIN_KEY, in place of the servers
  --json           for programs
  --help, -h

Asks DATABASE_URL and REDIS_URL; without them the servers of npm start on VOICEBOX_DATA_DIR (.voicebox).
Ends with 0 if it was done, 1 if it could not be, 2 if the command line or the configuration is wrong.
`
