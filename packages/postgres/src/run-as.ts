import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { userInfo } from 'node:os'

/** Who a Postgres process runs as. It refuses to be root. */
export interface Identity {
  /** A program and its arguments that start the program which follows. */
  prefix: readonly string[]
  uid?: number
  gid?: number
}

// Root in here, an ordinary user to Postgres: needs no account, and enters root's 0700 directories.
const unshare = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--']

/** Chooses who runs a program on a directory; as root that may hand the directory to `nobody`. */
export async function chooseIdentity(directory: string, program: string): Promise<Identity> {
  const plain = { prefix: [] }
  const mapped = { prefix: unshare }
  if (process.getuid?.() !== 0) {
    return hasName() || !(await canServe(mapped, directory, program)) ? plain : mapped
  }
  const { uid, gid } = await stat(directory)
  const isOwnedByRoot = uid === 0
  const ids = { uid, gid }
  const owners = isOwnedByRoot
    ? [mapped]
    : [
        { ...plain, ...ids },
        { ...mapped, ...ids },
      ]
  for (const owner of owners) if (await canServe(owner, directory, program)) return owner

  if (isOwnedByRoot) {
    const nobody = { prefix: [], uid: await findId('-u'), gid: await findId('-g') }
    await run('chown', ['-R', `${nobody.uid}:${nobody.gid}`, directory])
    if (await canServe(nobody, directory, program)) return nobody
    await run('chown', ['-R', '0:0', directory])
  }
  throw new Error(
    `Postgres cannot run as root, and no other user can write ${directory} and run ${program}: ` +
      'keep both outside of /root, or run this as an ordinary user.',
  )
}

/** In a container one may be a number only, whom initdb does not serve. */
function hasName() {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

async function canServe(identity: Identity, directory: string, program: string) {
  const script = '[ -w "$1" ] && [ -x "$2" ] && id -un'
  return (await run('sh', ['-c', script, 'sh', directory, program], identity)).code === 0
}

async function findId(flag: '-u' | '-g') {
  const { output } = await run('id', [flag, 'nobody'])
  return Number(output.trim() || 65534)
}

// Nothing of ours leaks into the server: neither PGPORT nor the locale nor the time zone.
const env = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
}

interface SpawnOptions {
  cwd?: string
  stdio: StdioOptions
  detached?: boolean
  env?: Record<string, string>
}

export function spawnAs(
  { prefix, ...ids }: Identity,
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const [command = program, ...rest] = [...prefix, program, ...args]
  return spawn(command, rest, { cwd: '/', ...ids, ...options, env: { ...env, ...options.env } })
}

/** Runs a program to its end. Code -1: it could not even be executed. */
export function run(
  program: string,
  args: readonly string[],
  identity: Identity = { prefix: [] },
  onChild: (child: ChildProcess) => void = () => {},
) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const child = spawnAs(identity, program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    onChild(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk
      })
    }
    child.on('error', (error) => resolve({ code: -1, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? -1, output }))
  })
}
