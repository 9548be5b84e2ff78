import { dirname } from 'node:path'

/** Gives every package the same targets, so that no package has to repeat them: `npx nx test session`. */
export const createNodes = [
  '{apps,libs,workers}/*/package.json',
  (packageFiles) =>
    packageFiles.map((file) => {
      const root = dirname(file)
      return [file, { projects: { [root]: { root, targets: targetsOf(root) } } }]
    }),
]
export const createNodesV2 = createNodes

const targetsOf = (root) => ({
  test: target(`vitest run --passWithNoTests ${root}`),
  lint: target(`eslint --max-warnings 0 ${root}`),
  typecheck: target('tsc --noEmit -p tsconfig.json'),
})

const target = (command) => ({ executor: 'nx:run-commands', options: { command, cwd: '{workspaceRoot}' } })
