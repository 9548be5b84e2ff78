import { readFile } from 'node:fs/promises'
import type { Frames } from './mutate.ts'

/** What clients have said in real conversations. */
export async function loadTranscripts(): Promise<Frames[]> {
  const file = new URL('./corpus/transcripts.json', import.meta.url)
  return JSON.parse(await readFile(file, 'utf8')) as string[][]
}
