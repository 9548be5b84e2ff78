import { sleep } from '@voicebox/kernel'
import { audio, consume, open } from './streams.fixture.ts'

/** A worker process that takes a job, says so on standard output, and goes on with it until it is refused. */
const redis = await open(process.argv[2] ?? '')
const consumer = consume(
  redis,
  'holding-worker',
  async (job, context) => {
    for (let said = 0; await context.emit(audio(job, 'theirs')); said++) {
      if (said === 0) console.log('holding')
      await sleep(20)
    }
    console.log(`refused ${context.signal.aborted}`)
  },
  { claimAfterMs: 60_000, heartbeatMs: 50 },
)
await new Promise((resolve) => process.stdin.on('end', resolve).resume())
await consumer.close()
await redis.close()
