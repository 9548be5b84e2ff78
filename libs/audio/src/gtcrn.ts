import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Failure } from '@voicebox/kernel'
import { type Denoiser, type Denoisers, frameSamples } from './denoiser.ts'

/** The GTCRN speech enhancement model in WebAssembly, from its package's file; all streams share one instance. */
export async function loadGtcrn(): Promise<Denoisers> {
  const require = createRequire(import.meta.url)
  const file = require.resolve('@sapphi-red/web-noise-suppressor/gtcrn.wasm')
  const { instance } = await WebAssembly.instantiate(
    await readFile(file),
    imports(() => gtcrn.memory),
  )
  const gtcrn = namedExports(instance.exports as unknown as GtcrnExports)
  gtcrn.initialize()
  return { open: () => openDenoiser(gtcrn) }
}

const frameBytes = frameSamples * Float32Array.BYTES_PER_ELEMENT

function openDenoiser(gtcrn: Gtcrn): Denoiser {
  const state = gtcrn.create()
  const frame = gtcrn.allocate(frameBytes)
  const close = (): void => {
    gtcrn.destroy(state)
    gtcrn.free(frame)
  }
  if (state === 0 || frame === 0) {
    close()
    throw new Failure('capacity', 'noise_reduction_full', 'There is no memory left for noise reduction')
  }
  // Memory that grows is another array, so the view is made anew each time.
  const view = (): Float32Array => new Float32Array(gtcrn.memory.buffer, frame, frameSamples)
  return {
    process(samples) {
      const input = view()
      for (let i = 0; i < frameSamples; i += 1) input[i] = (samples[i] ?? 0) / 32_768
      gtcrn.process(state, frame, frame)
      return Int16Array.from(view(), (value) => Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768))))
    },
    close,
  }
}

interface Gtcrn {
  memory: WebAssembly.Memory
  initialize(): void
  create(): number
  destroy(state: number): void
  process(state: number, input: number, output: number): void
  allocate(bytes: number): number
  free(pointer: number): void
}

/** The exports under the names that the compiler shortened them to, as in the package's `dist/gtcrn/workletProcessor.js`. */
interface GtcrnExports {
  c: Gtcrn['memory']
  d: Gtcrn['initialize']
  e: Gtcrn['create']
  f: Gtcrn['free']
  g: Gtcrn['destroy']
  i: Gtcrn['process']
  k: Gtcrn['allocate']
}

const namedExports = ({ c, d, e, f, g, i, k }: GtcrnExports): Gtcrn => ({
  memory: c,
  initialize: d,
  create: e,
  free: f,
  destroy: g,
  process: i,
  allocate: k,
})

function imports(memory: () => WebAssembly.Memory): WebAssembly.Imports {
  return {
    a: {
      a() {
        throw new Error('The noise reduction model failed an assertion of its own')
      },
      /** Asks for memory of so many bytes in all; says whether there is. */
      b(bytes: number): number {
        const missing = (bytes >>> 0) - memory().buffer.byteLength
        try {
          memory().grow(Math.ceil(missing / pageBytes))
          return 1
        } catch {
          return 0
        }
      },
    },
  }
}

const pageBytes = 65_536
