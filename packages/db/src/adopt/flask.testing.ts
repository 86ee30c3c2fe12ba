import type { Session } from '../session.ts'

/**
 * What the old back end asks of its database, as its templates ask it: the same tables, columns
 * and joins, wrapped into JSON as it wraps them.
 */
export function openFlask(session: Session) {
  const value = async (statement: string, parameters: unknown[] = []) =>
    Object.values((await session.query(statement, parameters))[0] ?? {})[0]
  const rows = async (statement: string, parameters: unknown[] = []) =>
    JSON.parse(
      String(
        await value(
          `(SELECT COALESCE(array_to_json(array_agg(row_to_json(array_row))), '[]'::json)
            FROM (${statement}) array_row)`,
          parameters,
        ),
      ),
    )
  return {
    home: () =>
      rows(`SELECT activities.uuid, users.display_name, users.handle, activities.message,
        activities.replies_count, activities.reposts_count, activities.likes_count,
        activities.reply_to_activity_uuid, activities.expires_at, activities.created_at
        FROM public.activities LEFT JOIN public.users ON users.uuid = activities.user_uuid
        ORDER BY activities.created_at DESC`),
    post: (cognitoUserId: string, message: string, expiresAt: string) =>
      value(
        `INSERT INTO public.activities (user_uuid, message, expires_at)
         VALUES ((SELECT uuid FROM public.users WHERE users.cognito_user_id = $1 LIMIT 1), $2, $3)
         RETURNING uuid`,
        [cognitoUserId, message, expiresAt],
      ),
    reply: (cognitoUserId: string, message: string, replyTo: unknown) =>
      value(
        `INSERT INTO public.activities (user_uuid, message, reply_to_activity_uuid)
         VALUES ((SELECT uuid FROM public.users WHERE users.cognito_user_id = $1 LIMIT 1), $2, $3)
         RETURNING uuid`,
        [cognitoUserId, message, replyTo],
      ),
    object: (uuid: unknown) =>
      rows(
        `SELECT activities.uuid, users.display_name, users.handle, activities.message,
         activities.created_at, activities.expires_at FROM public.activities
         INNER JOIN public.users ON users.uuid = activities.user_uuid WHERE activities.uuid = $1`,
        [uuid],
      ),
    replies: (uuid: unknown) =>
      rows(
        `SELECT replies.uuid, reply_users.handle, replies.message FROM public.activities replies
         LEFT JOIN public.users reply_users ON reply_users.uuid = replies.user_uuid
         WHERE replies.reply_to_activity_uuid = $1`,
        [uuid],
      ),
    profile: (handle: string) =>
      rows(
        `SELECT users.uuid, users.cognito_user_id as cognito_user_uuid, users.handle,
         users.display_name, users.bio, (SELECT count(true) FROM public.activities
           WHERE activities.user_uuid = users.uuid) as cruds_count
         FROM public.users WHERE users.handle = $1`,
        [handle],
      ),
    updateProfile: (cognitoUserId: string, bio: string, displayName: string) =>
      value(
        `UPDATE public.users SET bio = $2, display_name = $3
         WHERE users.cognito_user_id = $1 RETURNING handle`,
        [cognitoUserId, bio, displayName],
      ),
    signUp: (handle: string, cognitoUserId: string) =>
      value(
        `INSERT INTO public.users (display_name, email, handle, cognito_user_id)
         VALUES ($1, $2, $1, $3) RETURNING uuid`,
        [handle, `${handle}@example.com`, cognitoUserId],
      ),
  }
}
