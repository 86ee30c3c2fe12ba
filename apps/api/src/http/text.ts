import { z } from '@hono/zod-openapi'

interface TextRule {
  /** In Unicode code points. */
  max: number
  tooLong: string
  /** What an empty text is called; absent where it may be empty. */
  blank?: string
  /** What is no text at all, or none that can be stored. */
  invalid: string
  example: string
}

/** A text as people may write it; every code that applies is said. */
export const text = ({ max, tooLong, blank, invalid, example }: TextRule) =>
  z
    .string({ error: ({ input }) => (input == null && blank !== undefined ? blank : invalid) })
    .superRefine((value, context) => {
      const refuse = (message: string) => context.addIssue({ code: 'custom', message })
      if (blank !== undefined && isBlank(value)) refuse(blank)
      if (isLongerThan(value, max)) refuse(tooLong)
      if (!isStorable(value)) refuse(invalid)
    })
    .openapi({ type: 'string', maxLength: max, example })

/** To JavaScript alone U+FEFF is white space, and U+0085 is not. */
const isBlank = (value: string) => !/[^\s\p{White_Space}]/u.test(value)

/** Counts no further than it must: a surrogate pair is one code point. */
function isLongerThan(value: string, max: number): boolean {
  if (value.length <= max) return false
  let count = 0
  for (const _ of value) if (++count > max) return true
  return false
}

/** Postgres stores no U+0000, and a lone surrogate is no character. */
const isStorable = (value: string) => !/[\0\p{Cs}]/u.test(value)

/** A crud’s text. */
export const crudMessage = text({
  max: 280,
  blank: 'message_blank',
  tooLong: 'message_exceed_max_chars',
  invalid: 'message_invalid',
  example: 'Opened port 5432 to exactly one address today.',
})

/** The text of a reply or of a message to one person. */
export const longMessage = text({
  max: 1024,
  blank: 'message_blank',
  tooLong: 'message_exceed_max_chars_1024',
  invalid: 'message_invalid',
  example: 'Which address?',
})
