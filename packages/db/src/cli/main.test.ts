import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { databaseOf, withDatabase } from '../databases.ts'
import { cloneDatabase } from '../testing.ts'
import { runDb as run, startDb } from './run-db.testing.ts'

const { url, session } = await cloneDatabase()

const countPeople = async () => (await session.query('select count(*)::int from users'))[0]?.count

describe('pnpm db', () => {
  it('says its target on stderr, never the password, and only the answer on stdout', async () => {
    const given = url.replace('127.0.0.1', 'localhost')
    const { code, stdout, output } = await startDb(['status', '--json'], { CONNECTION_URL: given })
    expect(output).toMatch(/^local: cruddur_test_\w+ on localhost:\d+ as \w+ \(no TLS\)\n\{/)
    expect(JSON.parse(stdout)).toMatchObject({ pending: [] })
    expect(output).not.toContain(new URL(url).password)
    expect(code).toBe(0)
  }, 60_000)

  it('goes on when nobody reads any more', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), 'status'],
      { env: { PATH: '/usr/bin:/bin', CONNECTION_URL: url } },
    )
    child.stdout.destroy()
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    expect(await once(child, 'close')).toEqual([0, null])
    expect(said).not.toContain('EPIPE')
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

  it('calls migrate by its former name, and says so', async () => {
    const { code, output } = await run(['schema-load'], { CONNECTION_URL: url })
    expect(output).toMatch(/^schema-load is now migrate\.\nlocal: .*\nNothing to migrate/)
    expect(code).toBe(0)
  })

  it.each(['seed', 'setup', 'drop'])(
    '%s never touches prod, whatever is added',
    async (command) => {
      const { code, output } = await run([command, 'prod', '--yes', '--confirm', 'cruddur'], {
        PROD_CONNECTION_URL: url,
        DISPOSABLE: '1',
      })
      expect(code).toBe(1)
      expect(output).toMatch(/refused: it would destroy data of prod.*never be declared disposable/)
      expect(await countPeople()).toBe(0)
    },
  )

  it.each(['drop', 'setup', 'seed', 'rollback'])(
    '%s spares what another environment keeps, by whatever way it is reached',
    async (command) => {
      const tunnel = url.replace('127.0.0.1', 'localhost')
      const words = [command, '--yes', '--confirm', databaseOf(url)]
      const variables = { CONNECTION_URL: url, PROD_CONNECTION_URL: tunnel }
      const { code, output } = await run(words, variables)
      expect(output).toMatch(/destroy data of prod, whose database is the same. prod can never/)
      expect(code).toBe(1)
    },
  )

  it('refuses an environment that nobody declared disposable, and says how to', async () => {
    const { code, output } = await run(['seed', 'demo'], { DEMO_CONNECTION_URL: url })
    expect(code).toBe(1)
    expect(output).toMatch(/DISPOSABLE=1 into \.env\.demo/)
  })

  it.each([
    [[], /It is on db\.example\.com: add --yes --confirm precious if you mean it/],
    [['--yes'], /add --yes --confirm precious/],
    [['--confirm', 'precious'], /add --yes --confirm precious/],
    [['--yes', '--confirm', 'other'], /--confirm names another database than precious/],
  ])('asks for a word before it destroys on another machine: %j', async (flags, sentence) => {
    const { code, output } = await run(['setup', ...flags], {
      CONNECTION_URL: 'postgres://me:hidden@db.example.com/precious',
    })
    expect(output).toMatch(sentence)
    expect(output).not.toMatch(/hidden/)
    expect(code).toBe(1)
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
    [
      ['migrate', 'test'],
      { TEST_CONNECTION_URL: withDatabase(url, 'nowhere') },
      /has no database "nowhere".*`pnpm db create test`/,
      1,
    ],
    [['seed'], { CONNECTION_URL: withDatabase(url, 'postgres') }, /run `pnpm db migrate local`/, 1],
    [['drop'], { CONNECTION_URL: withDatabase(url, 'postgres') }, /the server’s own database/, 1],
    [
      ['migrate'],
      { CONNECTION_URL: 'postgres://me:hidden@/x' },
      /^CONNECTION_URL has no host\. It looks like postgres:/,
      1,
    ],
    [
      ['migrate', 'demo'],
      { DEMO_CONNECTION_URL: 'postgres://me@db.example.com/x?auth=iam' },
      /needs AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION: `aws configure/,
      1,
    ],
    [['migrate', 'demo'], {}, /Set DEMO_CONNECTION_URL/, 1],
    [['migrate', 'De_mo'], {}, /"De_mo" is no environment’s name/, 2],
    [['seed', 'demo', '--size', '0'], {}, /--size takes a whole number from 1/, 2],
    [['setup', 'demo', '--size', '1e6'], {}, /--size takes a whole number from 1/, 2],
    [['dump'], {}, /"dump" is no command. See/, 2],
    [['prod'], {}, /"prod" is no command. See/, 2],
    [['migrate', '--force-it'], {}, /migrate takes no --force-it/, 2],
  ])('%j: a sentence and an exit code', async (words, variables, sentence, exitCode) => {
    const { code, output } = await run(words, variables)
    expect(output).toMatch(sentence)
    expect(output).not.toMatch(/hidden| {4}at /)
    expect(code).toBe(exitCode)
  })
})
