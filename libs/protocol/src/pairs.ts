import { z } from 'zod'

/** An object of free keys, of which there are at most `maxPairs`. */
export const pairs = <V extends z.ZodType>(
  key: z.ZodType<string, string> & z.core.$ZodRecordKey,
  value: V,
  maxPairs: number,
) =>
  z.record(key, value).superRefine((record, context) => {
    const count = Object.keys(record).length
    if (count <= maxPairs) return
    context.addIssue({
      code: 'custom',
      params: { code: 'object_above_max_properties' },
      message: `Expected an object with at most ${maxPairs} properties, but got ${count}.`,
    })
  })
