export { writeKokoroFixture } from './kokoro-fixture.ts'
export { writePiperFixture } from './piper-fixture.ts'
