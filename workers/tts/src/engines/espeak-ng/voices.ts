import { text } from 'node:stream/consumers'
import { startProgram } from '../program/start-program.ts'
import { type VoiceTable, voiceFor } from '../voices.ts'

/** What this installation of espeak-ng can speak: languages, and variants of its voice. */
export interface EspeakVoices {
  languages: ReadonlySet<string>
  variants: ReadonlySet<string>
}

export async function listVoices(path: string): Promise<EspeakVoices> {
  const [languages, variants] = await Promise.all([readList(path, '--voices'), readList(path, '--voices=variant')])
  // Pty, language, age and gender, name, file. Voices in mb/ need another program and have other rates.
  const languageOf = (line: string): string | undefined => /^\s*\d+\s+([\w-]+)\s+\S+\s+\S+\s+(?!mb\/)/.exec(line)?.[1]
  const variantOf = (line: string): string | undefined => /!v\/([\w-]+)\s*$/.exec(line)?.[1]
  const collect = (lines: string[], nameOf: (line: string) => string | undefined): Set<string> =>
    new Set(lines.map(nameOf).filter((name) => name !== undefined))
  return { languages: collect(languages, languageOf), variants: collect(variants, variantOf) }
}

/** Answers what `-v` takes for a voice (an OpenAI name, a language, a variant, or `language+variant`) and a language. */
export function espeakVoice({ languages, variants }: EspeakVoices, voice: string, language = 'en'): string {
  const spoken = languageFor(languages, language)
  const variant = voiceFor(openAi, voice) ?? voice
  if (variants.has(variant)) return `${spoken}+${variant}`
  const [ownLanguage = '', ownVariant = ''] = voice.split('+')
  if (!languages.has(ownLanguage)) return spoken
  return variants.has(ownVariant) ? `${ownLanguage}+${ownVariant}` : ownLanguage
}

const openAi: VoiceTable<string> = {
  alloy: 'f1',
  ash: 'm1',
  ballad: 'm3',
  coral: 'f2',
  echo: 'm4',
  sage: 'f4',
  shimmer: 'f3',
  verse: 'm7',
  marin: 'f5',
  cedar: 'm2',
}

const usual: Readonly<Record<string, string>> = { en: 'en-us', fr: 'fr-fr', no: 'nb', zh: 'cmn' }

function languageFor(languages: ReadonlySet<string>, language: string): string {
  const name = usual[language] ?? language
  if (languages.has(name)) return name
  return [...languages].find((other) => other.startsWith(`${language}-`)) ?? 'en-us'
}

async function readList(path: string, option: string): Promise<string[]> {
  const { output, ended } = startProgram({ path, args: [option], input: '', signal: AbortSignal.timeout(listMs) })
  const [list] = await Promise.all([text(output), ended])
  return list.split('\n')
}

const listMs = 10_000
