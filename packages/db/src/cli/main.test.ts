import { describe, expect, it } from 'vitest'
import { withDatabase } from '../databases.ts'
import { cloneDatabase } from '../testing.ts'
import { runDb as run } from './run-db.testing.ts'

const { url, session } = await cloneDatabase()

const countPeople = async () => (await session.query('select count(*)::int from users'))[0]?.count

describe('pnpm db', () => {
  it('says its target first, and never the password', async () => {
    const given = url.replace('127.0.0.1', 'localhost')
    const { code, output } = await run(['migrate'], { CONNECTION_URL: given })
    expect(code).toBe(0)
    expect(output).toMatch(/^local: cruddur_test_\w+ on localhost:\d+ as \w+ \(no TLS\)\n/)
    expect(output).toMatch(/Nothing to migrate/)
    expect(output).not.toContain(new URL(url).password)
  })

  it('lets an argument beat CRUDDUR_ENV', async () => {
    const { output } = await run(['migrate', 'test'], {
      TEST_CONNECTION_URL: url,
      CRUDDUR_ENV: 'prod',
    })
    expect(output).toMatch(/^test: /)
    const named = await run(['migrate'], { CRUDDUR_ENV: 'demo', DEMO_CONNECTION_URL: url })
    expect(named.output).toMatch(/^demo: /)
  })

  it.each(['seed', 'setup'])('%s never touches prod, whatever is added', async (command) => {
    const { code, output } = await run([command, 'prod', '--yes', '--confirm', 'cruddur'], {
      PROD_CONNECTION_URL: url,
      DISPOSABLE: '1',
    })
    expect(code).toBe(1)
    expect(output).toMatch(/refused: it would destroy data of prod.*never be declared disposable/)
    expect(await countPeople()).toBe(0)
  })

  it('refuses an environment that nobody declared disposable, and says how to', async () => {
    const { code, output } = await run(['seed', 'demo'], { DEMO_CONNECTION_URL: url })
    expect(code).toBe(1)
    expect(output).toMatch(/DISPOSABLE=1 into \.env\.demo/)
  })

  it('asks for a word before it destroys on another machine, and names the flag without a terminal', async () => {
    const { code, output } = await run(['setup'], {
      CONNECTION_URL: 'postgres://me:hidden@db.example.com/precious',
    })
    expect(code).toBe(1)
    expect(output).toMatch(/add --yes --confirm precious/)
    expect(output).not.toMatch(/hidden/)
  })

  it('seeds, and sets up from nothing', async () => {
    const other = withDatabase(url, `${new URL(url).pathname.slice(1)}_setup`)
    const { code, output } = await run(['setup', 'test', '--size', '500'], {
      TEST_CONNECTION_URL: other,
    })
    expect(output).toMatch(/Seeded 4 people and 12 cruds.*\n.*5 people and 500 cruds/)
    expect(code).toBe(0)
    await session.query(`drop database "${new URL(other).pathname.slice(1)}"`)
  })

  it.each([
    [
      ['migrate'],
      { CONNECTION_URL: 'postgres://me:hidden@127.0.0.1:1/x' },
      /127\.0\.0\.1:1 \(ECONNREFUSED\)/,
      1,
    ],
    [
      ['migrate'],
      { CONNECTION_URL: url.replace(/:[^:@]+@/, ':hidden@') },
      /refuses the password of \w+/,
      1,
    ],
    [['migrate'], { CONNECTION_URL: withDatabase(url, 'nowhere') }, /has no database "nowhere"/, 1],
    [['migrate'], { CONNECTION_URL: 'postgres://me:hidden@/x' }, /cannot be read/, 1],
    [['migrate', 'demo'], {}, /Set DEMO_CONNECTION_URL/, 1],
    [['seed', '--size', 'many'], { CONNECTION_URL: url }, /--size takes a whole number/, 1],
    [['explode'], {}, /pnpm db <command>/, 2],
    [['migrate', '--force-it'], {}, /Unknown option '--force-it'/, 2],
  ])('%j: a sentence and an exit code', async (words, variables, sentence, exitCode) => {
    const { code, output } = await run(words, variables)
    expect(output).toMatch(sentence)
    expect(output).not.toMatch(/hidden| {4}at /)
    expect(code).toBe(exitCode)
  })

  it('helps', async () => {
    expect((await run(['--help'])).output).toMatch(/migrate +apply the migrations/)
    expect((await run(['seed', '--help'])).output).toMatch(/--size N.*\n.*\n.*\n.*\n?Example/s)
    expect((await run([])).code).toBe(0)
  })
})
