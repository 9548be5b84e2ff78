import { readFile, readdir, readlink } from 'node:fs/promises'

/** Names the programs that this process has started and that still run, and the files of a folder that it holds open. */
export async function leftoversIn(folder: string): Promise<string[]> {
  const [programs, open, listed] = await Promise.all([childPrograms(), openFiles(), readdir(folder)])
  return [...programs, ...open.filter((path) => path.startsWith(folder)), ...listed]
}

async function childPrograms(): Promise<string[]> {
  const threads = await readdir('/proc/self/task')
  const lists = await Promise.all(
    threads.map((thread) => orNothing(readFile(`/proc/self/task/${thread}/children`, 'utf8'))),
  )
  const ids = lists.flatMap((list) => list.split(' ').filter((id) => id !== ''))
  const names = await Promise.all(ids.map((id) => orNothing(readFile(`/proc/${id}/comm`, 'utf8'))))
  return names.map((name) => name.trim()).filter((name) => ['flite', 'espeak-ng'].includes(name))
}

async function openFiles(): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd')
  return Promise.all(descriptors.map((descriptor) => orNothing(readlink(`/proc/self/fd/${descriptor}`))))
}

/** A process or descriptor may be gone by the time it is looked at. */
async function orNothing(text: Promise<string>): Promise<string> {
  return text.catch(() => '')
}
