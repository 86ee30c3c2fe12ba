import { z } from '@hono/zod-openapi'
import { activitySchema, profileSchema } from '../../http/shapes.ts'

export { activitySchema } from '../../http/shapes.ts'

/** A person with a page of their cruds. */
export const profileFeedSchema = z
  .object({ profile: profileSchema, activities: z.array(activitySchema) })
  .openapi('ProfileFeed')
