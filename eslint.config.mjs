import { createProjectGraphAsync } from '@nx/devkit'
import nx from '@nx/eslint-plugin'
import prettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'

// The boundary rule reads nx's graph from its cache, and says nothing at all where there is none.
await createProjectGraphAsync({ exitOnError: false })

const layers = ['pure', 'port', 'adapter', 'app']
const layerRules = layers.map((layer, index) => ({
  sourceTag: `layer:${layer}`,
  onlyDependOnLibsWithTags: layers.slice(0, layer === 'app' ? index : index + 1).map((below) => `layer:${below}`),
}))

/** How a worker tells the launcher which engine it would run; the only thing that one app may ask of another. */
const choices = ['@voicebox/stt-worker/choose', '@voicebox/tts-worker/choose']

/** What the end-to-end tests use of an app: its test support, never its code. */
const testSupport = ['@voicebox/llm-worker/testing']

const redis = ['ioredis', 'bullmq'].map((name) => ({ name, message: 'Only libs/streams speaks to Redis.' }))
const postgres = ['kysely', 'kysely/migration', 'pg'].map((name) => ({
  name,
  message: 'Only libs/store speaks to Postgres.',
}))
const otherApps = choices.map((name) => ({ name, message: 'Only the launcher chooses engines.' }))
const onlyImport = (...paths) => ({ '@typescript-eslint/no-restricted-imports': ['error', { paths }] })

const tests = ['**/*.test.ts', '**/*.testing.ts', '**/testing/**', '**/e2e/**']

export default tseslint.config(
  { ignores: ['.voicebox/', '.nx/', 'coverage/', '**/dist/', '**/*.gen.ts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { noInlineConfig: true },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { depConstraints: layerRules, allow: [...choices, ...testSupport], enforceBuildableLibDependency: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // MCP's older transport is deprecated in its library, and still what older servers speak.
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          allow: [
            {
              from: 'package',
              package: '@modelcontextprotocol/sdk',
              name: ['SSEClientTransport', 'SSEServerTransport'],
            },
          ],
        },
      ],
      ...onlyImport(...redis, ...postgres, ...otherApps),
      // What these forbid is how this code is written: arrows that return what they call, methods that are closures,
      // ports that are async for some adapters only, conditions on what another callback changes.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['libs/streams/**/*.ts'], rules: onlyImport(...postgres, ...otherApps) },
  { files: ['{libs/store,migrations}/**/*.ts'], rules: onlyImport(...redis, ...otherApps) },
  { files: ['apps/voicebox/**/*.ts'], rules: onlyImport(...redis, ...postgres) },
  {
    files: ['{apps,libs,workers}/**/*.ts'],
    ignores: ['**/main.ts', ...tests],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['env', 'on', 'once', 'exit'].map((property) => ({
          object: 'process',
          property,
          message: 'Only main.ts touches the process.',
        })),
      ],
    },
  },
  {
    files: ['libs/session/src/**/*.ts'],
    ignores: tests,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(?!\\.|@voicebox/(kernel|protocol)$)', message: 'libs/session imports nothing that can wait.' },
            {
              regex: '^@voicebox/protocol$',
              allowTypeImports: true,
              message: 'libs/session knows the protocol as types only.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        'process',
        'Date',
        'setTimeout',
        'setInterval',
        'fetch',
        'performance',
        'crypto',
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Chance is data.' }],
    },
  },
  prettier,
)
