export const help = `Shows the chores of the installation (retention, deletion, webhooks), and what became of them.

  npm run chores -- list [--tenant T] [--kind K] [--state S]
                                         chores, the latest first; a state is waiting, running, delayed, failed or done
  npm run chores -- retry ID…            does those that were given up again, and those that wait for their time now
  npm run chores -- drop ID…             throws them away
  npm run chores -- delete --tenant T [--session ID [--item ID]]
                                         deletes what all sessions of a tenant said, or one did, or one item of it;
                                         sessions that live are ended first

  --json       for programs
  --help, -h

Asks the Redis of REDIS_URL, and to delete the PostgreSQL of DATABASE_URL; without them those that npm start runs on
VOICEBOX_DATA_DIR (.voicebox). Ends with 0 if all was done, 1 if something could not be, 2 if the command line or the
configuration is wrong.
`
