import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyMutation, type Mutation, placesOf } from './mutation.ts'

const root = new URL('../..', import.meta.url).pathname
const core = 'libs/session'

/** A private copy of the session core and of what its tests need. */
export interface Tree {
  readonly path: string
  remove(): void
}

/** Copies the session core as it is now: a tree to plant others from, whatever is written meanwhile. */
export function seedTree(): Tree {
  return plantTree(root, null)
}

/** Copies the session core of another tree, broken as the mutation says; whole without one. */
export function plantTree(from: string, mutation: Mutation | null): Tree {
  const path = mkdtempSync(join(tmpdir(), 'voicebox-mutation-'))
  mkdirSync(join(path, 'libs'))
  cpSync(join(from, core), join(path, core), { recursive: true })
  for (const file of ['package.json', 'tsconfig.base.json']) cpSync(join(from, file), join(path, file))
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
  if (mutation !== null)
    writeFileSync(join(path, core, 'src', mutation.file), applyMutation(sourceOf(from, mutation), mutation))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Why a mutation cannot be made in a tree: nothing, or that it is out of date. */
export function staleness(from: string, mutation: Mutation): string[] {
  const places = placesOf(sourceOf(from, mutation), mutation)
  return places === 1 ? [] : [`${mutation.file} has ${places} places for: ${mutation.find}`]
}

function sourceOf(from: string, { file }: Mutation): string {
  return readFileSync(join(from, core, 'src', file), 'utf8')
}
