import { beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../client.ts'
import type { Position } from '../json-text.ts'
import type { TestDatabase } from '../testing.ts'
import { findProfile, findThread, listHome } from './feeds.ts'
import { listMessageGroups } from './message-groups.ts'
import { listMessages } from './messages.ts'
import { statementsOf } from './statements-of.testing.ts'

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Sort Key'?: string[]
  Plans?: PlanNode[]
}

/** What Postgres plans for each read, on a database of a million cruds. */
export function testPlans({ session }: TestDatabase) {
  /** Every node of the plans of the statements that a query sends. */
  async function nodesOf(query: (db: Db) => Promise<unknown>): Promise<PlanNode[]> {
    const nodes: PlanNode[] = []
    for (const { text, parameters } of await statementsOf(query)) {
      const [row] = await session.query<{ 'QUERY PLAN': string }>(
        `explain (format json) ${text}`,
        parameters,
      )
      const walk = (node: PlanNode) => {
        nodes.push(node)
        node.Plans?.forEach(walk)
      }
      walk(JSON.parse(row?.['QUERY PLAN'] ?? '')[0].Plan)
    }
    return nodes
  }

  async function positionAt(depth: number): Promise<Position> {
    const [row] = await session.query<{ at: string; uuid: string }>(
      `select to_json(created_at)::text as at, uuid from activities where reply_to_activity_uuid is null
     order by created_at desc, uuid desc offset $1 limit 1`,
      [depth],
    )
    return { at: JSON.parse(row?.at ?? ''), uuid: row?.uuid ?? '' }
  }

  const feeds: [string, (db: Db) => Promise<unknown>][] = [
    ['home', (db) => listHome(db, { limit: 50 })],
    [
      'home, 25,000 cruds down',
      async (db) => listHome(db, { limit: 50, after: await positionAt(25_000) }),
    ],
    [
      'home, 800,000 cruds down',
      async (db) => listHome(db, { limit: 100, after: await positionAt(800_000) }),
    ],
    ['a profile', (db) => findProfile(db, { handle: 'Person77', limit: 40 })],
    [
      'a profile further down',
      async (db) => findProfile(db, { handle: 'person77', limit: 40, after: await positionAt(9) }),
    ],
    [
      'a crud with its replies',
      async (db) => findThread(db, { ...(await positionAt(9)), handle: 'person7', limit: 50 }),
    ],
  ]

  it.each(feeds)('%s at a million cruds is an index scan without a sort', async (_, query) => {
    const nodes = await nodesOf(query)
    const types = nodes.map((node) => node['Node Type'])
    expect(types).not.toContain('Sort')
    expect(types).not.toContain('Incremental Sort')
    expect(types).not.toContain('Seq Scan')
    expect(nodes).toContainEqual(
      expect.objectContaining({ 'Node Type': 'Index Scan', 'Relation Name': 'activities' }),
    )
  })

  describe('at 200,000 messages', () => {
    const of = { sub: 'person7', limit: 50 }
    const after = { at: new Date().toISOString(), uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e001' }
    let messageGroupUuid = ''

    beforeAll(async () => {
      await session.query(`update users set cognito_user_id = handle where handle = 'person7'`)
      await session.query(
        `insert into message_groups (first_user_uuid, second_user_uuid)
       select one.uuid, other.uuid from users as one, users as other
       where one.uuid < other.uuid
         and one.handle ~ '^person[1-4]?[0-9]$' and other.handle ~ '^person[1-4]?[0-9]$'`,
      )
      await session.query(
        `insert into messages (message_group_uuid, user_uuid, message, created_at)
       select uuid, first_user_uuid, 'Message ' || n, now() - make_interval(secs => n)
       from message_groups, generate_series(1, 175) as n`,
      )
      await session.query('analyze users, message_groups, messages')
      const [row] = await session.query<{ uuid: string }>(
        `select message_groups.uuid from message_groups
       join users on users.uuid = first_user_uuid where handle = 'person7' limit 1`,
      )
      messageGroupUuid = row?.uuid ?? ''
    })

    const scanOfAll = expect.objectContaining({
      'Node Type': 'Seq Scan',
      'Relation Name': expect.stringMatching(/^(messages|message_groups)$/),
    })

    it.each([undefined, after])(
      'a conversation is read in its index’s order: %j',
      async (after) => {
        const nodes = await nodesOf((db) => listMessages(db, { ...of, messageGroupUuid, after }))
        expect(nodes).not.toContainEqual(scanOfAll)
        // From Postgres 16 on, turning the page round counts as a sort.
        const sorted = nodes.flatMap((node) => node['Sort Key'] ?? [])
        expect(['numbered.n DESC']).toEqual(expect.arrayContaining(sorted))
      },
    )

    // A person’s groups are sorted by their last messages, each of which is the head of an index.
    it.each([undefined, after])('only one person’s groups are read: %j', async (after) => {
      const nodes = await nodesOf((db) => listMessageGroups(db, { ...of, after }))
      expect(nodes).not.toContainEqual(scanOfAll)
      expect(nodes).toContainEqual(
        expect.objectContaining({ 'Node Type': 'Index Scan', 'Relation Name': 'messages' }),
      )
    })
  })
}
