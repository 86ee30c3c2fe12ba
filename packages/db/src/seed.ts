import { cruds } from '../seeds/cruds.ts'
import { messages } from '../seeds/messages.ts'
import { people } from '../seeds/people.ts'
import { openSession, type Session } from './session.ts'

/** Writes the demo data; run again, it renews what has expired and changes nothing else. */
export async function seed(url: string): Promise<{ people: number; cruds: number }> {
  const session = openSession(url, 'cruddur-seed')
  try {
    return await session.transaction(async () => {
      await insertPeople(session)
      await insertMessages(session)
      const written = await insertCruds(session)
      await insertNotifications(session)
      return { people: people.length, cruds: written }
    })
  } finally {
    await session.close()
  }
}

async function insertPeople(session: Session) {
  await session.query(
    `insert into users (uuid, handle, display_name, email, bio)
     select uuid, handle, "displayName", email, bio
     from json_to_recordset($1) as person(uuid uuid, handle text, "displayName" text, email text, bio text)
     on conflict do nothing`,
    [JSON.stringify(people)],
  )
}

/** A person who signed up under a seed's handle first becomes the author: cruds go by handle. */
async function insertCruds(session: Session): Promise<number> {
  const rows = cruds.flatMap(({ replies = [], ...crud }) => [
    { ...crud, parent: null },
    ...replies.map((reply) => ({ ...reply, ttlHours: crud.ttlHours, parent: crud.uuid })),
  ])
  await session.query(
    `delete from activities where uuid = any(
       select uuid from json_to_recordset($1) as crud(uuid uuid)) and expires_at <= now()`,
    [JSON.stringify(rows)],
  )
  await session.query(
    `with crud as (
       select * from json_to_recordset($1) as crud(
         uuid uuid, by text, message text, "minutesAgo" int, "ttlHours" int, parent uuid))
     insert into activities
       (uuid, user_uuid, message, reply_to_activity_uuid, created_at, expires_at)
     select crud.uuid, users.uuid, crud.message, crud.parent,
       now() - make_interval(mins => crud."minutesAgo"),
       now() - make_interval(mins => coalesce(root."minutesAgo", crud."minutesAgo"))
         + make_interval(hours => crud."ttlHours")
     from crud
     join users on lower(users.handle) = crud.by
     left join crud as root on root.uuid = crud.parent
     on conflict (uuid) do nothing`,
    [JSON.stringify(rows)],
  )
  await session.query(
    `update activities set replies_count = (
       select count(*) from activities as reply where reply.reply_to_activity_uuid = activities.uuid)
     where uuid = any(select uuid from json_to_recordset($1) as crud(uuid uuid))`,
    [JSON.stringify(rows)],
  )
  return cruds.length
}

/** As cruds, messages go by handle: to whoever has it. */
async function insertMessages(session: Session) {
  const sent = `sent as (
    select message.*, sender.uuid as sender_uuid,
      least(sender.uuid, receiver.uuid) as first, greatest(sender.uuid, receiver.uuid) as second
    from json_to_recordset($1)
      as message(uuid uuid, by text, "to" text, message text, "minutesAgo" int)
    join users as sender on lower(sender.handle) = message.by
    join users as receiver on lower(receiver.handle) = message.to)`
  const rows = JSON.stringify(messages)
  await session.query(
    `with ${sent}
     insert into message_groups (first_user_uuid, second_user_uuid)
     select distinct first, second from sent
     on conflict on constraint message_groups_pair_key do nothing`,
    [rows],
  )
  await session.query(
    `with ${sent}
     insert into messages (uuid, message_group_uuid, user_uuid, message, created_at)
     select sent.uuid, message_groups.uuid, sender_uuid, sent.message,
       now() - make_interval(mins => "minutesAgo")
     from sent
     join message_groups on first_user_uuid = first and second_user_uuid = second
     on conflict (uuid) do nothing`,
    [rows],
  )
}

/** What replies and mentions would have told the people of the demo, had they been posted. */
async function insertNotifications(session: Session) {
  await session.query(
    `with written as (
       select activities.* from json_to_recordset($1) as crud(uuid uuid)
       join activities on activities.uuid = crud.uuid)
     insert into notifications (user_uuid, activity_uuid, created_at)
     select parent.user_uuid, written.uuid, written.created_at
     from written join activities as parent on parent.uuid = written.reply_to_activity_uuid
     where parent.user_uuid <> written.user_uuid
     union
     select users.uuid, written.uuid, written.created_at
     from json_to_recordset($2) as person(handle text)
     join users on lower(users.handle) = person.handle
     join written on position('@' || person.handle in lower(written.message)) > 0
     where users.uuid <> written.user_uuid
     on conflict do nothing`,
    [
      JSON.stringify(cruds.flatMap(({ replies = [], ...crud }) => [crud, ...replies])),
      JSON.stringify(people),
    ],
  )
}
