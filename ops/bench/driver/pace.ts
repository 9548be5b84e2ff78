import { sleep } from '@voicebox/kernel'
import { frameMs } from './clips.ts'

/** Calls each of many in turn every 40 ms, evenly spread over that time; answers how late it was at most. */
export async function inRealTime(
  count: number,
  seconds: number,
  tick: (who: number, frame: number) => void,
): Promise<number> {
  const startedAtMs = performance.now()
  const total = Math.round((seconds * 1_000) / frameMs) * count
  let latestMs = 0
  for (let done = 0; done < total;) {
    const nowMs = performance.now() - startedAtMs
    for (; done < total && (done / count) * frameMs <= nowMs; done += 1) {
      latestMs = Math.max(latestMs, nowMs - (done / count) * frameMs)
      tick(done % count, Math.floor(done / count))
    }
    await sleep(Math.max(1, (done / count) * frameMs - (performance.now() - startedAtMs)))
  }
  return latestMs
}
