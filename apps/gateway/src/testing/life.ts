/** The life of a process in a test. Whatever it does or learns is a step, and it may vanish at any of them. */
export interface Life {
  readonly isOver: boolean
  /** The steps that it has taken. */
  readonly steps: number
  /** Takes a step; false: the process is gone, and nothing of it happens any more. */
  step(): boolean
  /** Runs the callback once it has taken so many steps more. */
  after(steps: number, run: () => void): void
  /** Vanishes, as by kill -9. */
  end(): void
  /** Runs the callback at the end, or at once after it. */
  onEnd(run: () => void): void
}

/** `lasts` is the number of steps after which it ends by itself. */
export function makeLife(lasts = Infinity): Life {
  let steps = 0
  let isOver = false
  let enders: (() => void)[] = []
  let alarms: { at: number; run: () => void }[] = []

  function end(): void {
    if (isOver) return
    isOver = true
    for (const run of enders) run()
    enders = []
  }

  return {
    get isOver() {
      return isOver
    },
    get steps() {
      return steps
    },
    step() {
      if (isOver) return false
      steps += 1
      if (steps > lasts) end()
      const due = alarms.filter(({ at }) => at <= steps)
      if (due.length > 0) alarms = alarms.filter(({ at }) => at > steps)
      for (const { run } of due) run()
      return !isOver
    },
    after(more, run) {
      alarms.push({ at: steps + more, run })
    },
    end,
    onEnd(run) {
      if (isOver) run()
      else enders.push(run)
    },
  }
}
