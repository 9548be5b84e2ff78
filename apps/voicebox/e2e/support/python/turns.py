"""Holds a conversation by voice with the stock client, and prints as JSON what came of each response.

Usage: turns.py <spoken.pcm>…, 24 kHz samples each; the first argument may ask for a fresh secret: --ephemeral.
The server and the key are taken from OPENAI_BASE_URL and OPENAI_API_KEY, as the client does by itself.
"""

import asyncio
import base64
import json
import sys
from pathlib import Path

from openai import AsyncOpenAI, OpenAI

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
SESSION = {
    "type": "realtime",
    "instructions": "Be kind.",
    "tools": [WEATHER],
    "audio": {
        "input": {
            "transcription": {"model": "whisper-1"},
            "turn_detection": {"type": "server_vad", "silence_duration_ms": 500},
        },
    },
}
FRAME_BYTES = 1920


async def say(connection, samples: bytes) -> None:
    for at in range(0, len(samples), FRAME_BYTES):
        await connection.input_audio_buffer.append(audio=base64.b64encode(samples[at : at + FRAME_BYTES]).decode())


async def hear(connection) -> dict:
    """Reads until a response is done."""
    heard = {"text": "", "audio": b"", "calls": []}
    async for event in connection:
        match event.type:
            case "error":
                raise RuntimeError(f"{event.error.code}: {event.error.message}")
            case "response.output_audio_transcript.delta":
                heard["text"] += event.delta
            case "response.output_audio.delta":
                heard["audio"] += base64.b64decode(event.delta)
            case "response.function_call_arguments.done":
                heard["calls"].append({"name": event.name, "arguments": event.arguments, "call_id": event.call_id})
            case "response.done":
                audio = base64.b64encode(heard["audio"]).decode()
                usage = event.response.usage.total_tokens
                return {**heard, "audio": audio, "status": event.response.status, "usage": usage}
    raise RuntimeError("The server closed the connection")


async def main(files: list[str], ephemeral: bool) -> None:
    client = AsyncOpenAI()
    if ephemeral:
        secret = OpenAI().realtime.client_secrets.create(session={**SESSION, "model": "gpt-realtime"})
        client = AsyncOpenAI(api_key=secret.value)
    responses = []
    async with client.realtime.connect(model="gpt-realtime") as connection:
        if not ephemeral:
            await connection.session.update(session=SESSION)
        for file in files:
            await say(connection, Path(file).read_bytes())
            heard = await hear(connection)
            responses.append(heard)
            for call in heard["calls"]:
                item = {"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"}
                await connection.conversation.item.create(item=item)
            if heard["calls"]:
                await connection.response.create()
                responses.append(await hear(connection))
    print(json.dumps(responses))


files = sys.argv[1:]
asyncio.run(main([file for file in files if file != "--ephemeral"], "--ephemeral" in files))
