import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const giveUpAfterMs = 15 * 60_000

/** Runs `work` while this process alone holds the lock folder; takes it over from a process that has died. */
export async function withLock(folder, work) {
  const giveUpAtMs = Date.now() + giveUpAfterMs
  while (!tryTake(folder)) {
    if (Date.now() > giveUpAtMs) throw new Error(`Another set-up holds ${folder}; remove it if none runs.`)
    if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true })
    else await sleep(250)
  }
  try {
    return await work()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function tryTake(folder) {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(`${folder}/pid`, String(process.pid))
  return true
}

function isAbandoned(folder) {
  try {
    process.kill(Number(readFileSync(`${folder}/pid`, 'utf8')), 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}
