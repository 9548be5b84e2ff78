import { type ChatServer, startChatServer } from '@voicebox/llm-worker/testing'
import { obligingModel } from './obliging-model.ts'
import { whisper } from './recordings.ts'
import { type Stack, startStack } from './stack.ts'

/** A stack that hears the recordings word for word, does what it is asked for, and speaks by flite. */
export interface ObligingStack {
  stack: Stack
  /** What the model is asked. */
  chat: ChatServer
  close(): Promise<void>
}

export async function startObligingStack(env: Record<string, string> = {}): Promise<ObligingStack> {
  const chat = await startChatServer(obligingModel)
  const providers = [{ name: 'local', baseURL: chat.url, model: 'any' }]
  try {
    const stack = await startStack({
      env: {
        ...whisper,
        VOICEBOX_TTS_ENGINE: 'flite',
        VOICEBOX_LLM_PROVIDERS: JSON.stringify(providers),
        ...env,
      },
    })
    return {
      stack,
      chat,
      async close() {
        await stack.close()
        await chat.close()
      },
    }
  } catch (error) {
    await chat.close()
    throw error
  }
}
