import { chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const folders = ['.', 'postgres', 'cognito', 'lambda']
const files = ['local.json']

/** Makes the folder ours alone; as root it lets others through: Postgres may run as `nobody`. */
export async function openStateFolder(folder: string) {
  for (const name of [...folders, ...files]) {
    const path = join(folder, name)
    const found = await findStat(path)
    const isRight = folders.includes(name) ? found?.isDirectory() : found?.isFile()
    if (isRight === false) {
      const kind = folders.includes(name) ? 'folder' : 'file'
      throw new Error(`${path} is no ${kind}: move it away, then start dev again.`)
    }
  }
  try {
    // Another dev may be faster. Not recursive: below /proc Node never comes back from that.
    await mkdir(folder).catch(async (error) => {
      if (!(await findStat(folder))) throw error
    })
    await chmod(folder, process.getuid?.() === 0 ? 0o711 : 0o700)
  } catch (cause) {
    const message =
      `${folder} cannot be used: run as its owner, move it away for a new start, ` +
      'or name another place in CRUDDUR_ROOT.'
    throw new Error(message, { cause })
  }
}

const findStat = (path: string) => stat(path).catch(() => undefined)
