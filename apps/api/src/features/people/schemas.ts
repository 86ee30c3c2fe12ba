import { z } from '@hono/zod-openapi'
import { displayName, handle } from '../../http/shapes.ts'
import { text } from '../../http/text.ts'

const uuid = z.uuid().openapi({ example: '5b0f5d5e-6a0c-4a53-9a9b-0d8e5f6c1a01' })
const bio = 'Builds clouds, breaks clouds, then writes down which was which.'

export { profileSchema } from '../../http/shapes.ts'

export const shortProfileSchema = z
  .object({ uuid, handle, display_name: displayName })
  .openapi('ShortProfile')

export const editedProfileSchema = z
  .object({ uuid, handle, display_name: displayName, bio: z.string().openapi({ example: bio }) })
  .openapi('EditedProfile')

export const goneSchema = z.object({ uuid })

export const profileBody = z
  .object({
    display_name: text({
      max: 100,
      blank: 'display_name_blank',
      tooLong: 'display_name_exceed_max_chars',
      invalid: 'display_name_invalid',
      example: 'Andrew Brown',
    }),
    bio: text({
      max: 1000,
      tooLong: 'bio_exceed_max_chars',
      invalid: 'bio_invalid',
      example: bio,
    })
      .nullish()
      .transform((bio) => bio ?? '')
      .openapi({ description: 'None at all is an empty one' }),
  })
  .openapi('ProfileUpdate')
