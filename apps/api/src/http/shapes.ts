import { z } from '@hono/zod-openapi'

export const isoInstant = z.iso
  .datetime({ precision: 3 })
  .openapi({ pattern: '\\.\\d{3}Z$', example: '2026-11-21T07:15:26.084Z' })

export const handle = z
  .string()
  .openapi({ pattern: '^[A-Za-z0-9_.-]{1,30}$', example: 'andrewbrown' })
export const displayName = z.string().openapi({ example: 'Andrew Brown' })
const count = z.int().min(0)

/** A crud or a reply as it is sent. */
export const activitySchema = z
  .object({
    uuid: z.uuid().openapi({ example: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e003' }),
    handle,
    display_name: displayName,
    message: z.string().openapi({ example: 'Opened port 5432 to exactly one address today.' }),
    created_at: isoInstant,
    expires_at: isoInstant.nullable().openapi({ example: '2026-11-28T07:15:26.084Z' }),
    replies_count: count.openapi({ example: 2 }),
    reposts_count: count.openapi({ example: 0 }),
    likes_count: count.openapi({ example: 0 }),
    reply_to_activity_uuid: z.uuid().nullable().openapi({ example: null }),
  })
  .openapi('Activity')

/** A person as their profile is sent. */
export const profileSchema = z
  .object({
    uuid: z.uuid().openapi({ example: '5b0f5d5e-6a0c-4a53-9a9b-0d8e5f6c1a01' }),
    cognito_user_uuid: z
      .string()
      .nullable()
      .openapi({ example: '9c2e7f4d-3b1a-4e86-a0d5-6f8b1c2d3e4f' }),
    handle,
    display_name: displayName,
    bio: z
      .string()
      .nullable()
      .openapi({ example: 'Builds clouds, breaks clouds, then writes down which was which.' }),
    cruds_count: count.openapi({ example: 7 }),
  })
  .openapi('Profile')

const header = (name: string) => ({ $ref: `#/components/headers/${name}` })

/** The headers of an answer that `sendJson` tags. */
export const tagHeaders = { ETag: header('ETag') }

/** The headers of a list, by page. */
export const pageHeaders = { ...tagHeaders, Link: header('Link') }
