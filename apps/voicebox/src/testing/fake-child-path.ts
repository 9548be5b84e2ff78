import { fileURLToPath } from 'node:url'

export const fakeChild = fileURLToPath(new URL('./fake-child.ts', import.meta.url))
