export const help = `Shows how the job lanes are, and what became of jobs that were given up.

  npm run lanes -- list                  every lane: jobs that wait (overflow: those of them that wait for others of
                                         their tenant), for how long, and that are being done; workers; dead letters
  npm run lanes -- show                  the dead letters: jobs that were given up
  npm run lanes -- show ID…              all that is known of these, what people said included
  npm run lanes -- retry ID… | --all     puts the jobs back as new ones, where their session still lives
  npm run lanes -- drop ID… | --all      throws the letters away

  --lane L     this lane alone, such as jobs:tts:flite or tts:flite
  --json       for programs
  --help, -h

Asks the Redis of REDIS_URL; without it the one that npm start runs on VOICEBOX_DATA_DIR (.voicebox).
Ends with 0 if all was done, 1 if something could not be, 2 if the command line or the configuration is wrong.
`
