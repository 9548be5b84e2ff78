/** Where an append begins in the session's audio, in samples at 16 kHz. */
export interface AudioPlace {
  /** The number of the client's event that brought it. */
  event: number
  sample: number
}

/** Remembers where the latest appends begin, so that a client that comes back can be told from which on to send again. */
export interface AudioPlaces {
  note(place: AudioPlace): void
  /** The last that begins at or before the sample, or the earliest that is known. Those before it are forgotten. */
  at(sample: number): AudioPlace
}

/** A client that sends more than that in the time that is asked for again is asked for the rest of it. */
const maxPlaces = 10_000

export function makeAudioPlaces(first: AudioPlace): AudioPlaces {
  let places: [AudioPlace, ...AudioPlace[]] = [first]
  return {
    note(place) {
      places.push(place)
      if (places.length > 2 * maxPlaces) forgetBefore(places.length - maxPlaces)
    },
    at(sample) {
      const next = places.findIndex((place) => place.sample > sample)
      forgetBefore(next === -1 ? places.length - 1 : next - 1)
      return places[0]
    },
  }

  function forgetBefore(index: number): void {
    const [earliest, ...later] = places.slice(Math.max(0, index))
    if (earliest !== undefined) places = [earliest, ...later]
  }
}
