/** Whether someone who has said certain words sounds as if they had finished. */
export type Completeness = 'finished' | 'unfinished' | 'unknown'
