import { type Dashboard, type Panel, quantiles } from './dashboard.ts'

export const stt: Dashboard = {
  uid: 'stt',
  title: 'speech to text',
  panels: [
    {
      title: 'Transcription',
      about: 'From when all of an utterance was there to its transcript.',
      unit: 's',
      queries: quantiles('voicebox_stt_transcription_seconds', 'engine'),
      limit: 0.5,
    },
    ...poolPanels('jobs:stt:.*'),
  ],
}

export const llm: Dashboard = {
  uid: 'llm',
  title: 'language',
  panels: [
    {
      title: 'First token',
      about: 'How long a provider takes to begin.',
      unit: 's',
      queries: quantiles('voicebox_llm_first_token_seconds', 'provider'),
      limit: 0.5,
    },
    {
      title: 'Whole answer',
      about: 'How long a provider takes to its last token.',
      unit: 's',
      queries: quantiles('voicebox_llm_generation_seconds', 'provider'),
    },
    {
      title: 'Circuits',
      about: '0: the provider is asked; 2: it has failed and is left alone for a while.',
      unit: 'short',
      queries: [{ expr: 'max by (provider) (voicebox_llm_circuit_state)', legend: '{{provider}}' }],
      limit: 1,
    },
    ...poolPanels('jobs:(llm|mcp):.*'),
  ],
}

export const tts: Dashboard = {
  uid: 'tts',
  title: 'speech',
  panels: [
    {
      title: 'First audio of a segment',
      about: 'From when it was begun.',
      unit: 's',
      queries: quantiles('voicebox_tts_first_audio_seconds', 'engine'),
      limit: 0.3,
    },
    {
      title: 'Whole segment',
      about: 'From when it was begun to its last audio.',
      unit: 's',
      queries: quantiles('voicebox_tts_synthesis_seconds', 'engine'),
    },
    ...poolPanels('jobs:tts:.*'),
  ],
}

/** What is the same for every pool. */
function poolPanels(lanes: string): Panel[] {
  const of = `{lane=~"${lanes}"}`
  return [
    {
      title: 'Wait in the lane',
      about: 'How long jobs waited until a worker began them.',
      unit: 's',
      queries: [0.5, 0.99].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le, lane) (rate(voicebox_lane_wait_seconds_bucket${of}[$__rate_interval])))`,
        legend: `p${quantile * 100} {{lane}}`,
      })),
    },
    {
      title: 'Jobs that wait, and that are done',
      about: 'What waits for a worker, what waits for others of its tenant, and what workers have.',
      unit: 'short',
      queries: [
        { expr: `max by (lane) (voicebox_lane_depth${of})`, legend: 'waiting {{lane}}' },
        { expr: `max by (lane) (voicebox_lane_overflow${of})`, legend: 'overflow {{lane}}' },
        { expr: `max by (lane) (voicebox_lane_pending${of})`, legend: 'being done {{lane}}' },
      ],
    },
    {
      title: 'Workers',
      about: 'Workers that take jobs, and how busy they are.',
      unit: 'short',
      queries: [
        { expr: `max by (lane) (voicebox_lane_workers${of})`, legend: 'workers {{lane}}' },
        { expr: `sum by (lane) (voicebox_worker_busy${of})`, legend: 'busy {{lane}}' },
        { expr: `sum by (lane) (voicebox_worker_capacity${of})`, legend: 'capacity {{lane}}' },
      ],
    },
    {
      title: 'Outcomes',
      about: 'What became of jobs.',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (lane, outcome) (rate(voicebox_jobs_total${of}[$__rate_interval]))`,
          legend: '{{lane}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Dead letters',
      about: 'Jobs that were given up and wait for a person: npm run lanes.',
      unit: 'short',
      queries: [{ expr: `max by (lane) (voicebox_dead_letters${of})`, legend: '{{lane}}' }],
      limit: 1,
    },
  ]
}
