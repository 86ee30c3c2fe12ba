import { chmod, mkdir } from 'node:fs/promises'

/** Makes the folder ours alone; as root it lets others through: Postgres may run as `nobody`. */
export async function openStateFolder(folder: string) {
  try {
    await mkdir(folder, { recursive: true })
    await chmod(folder, process.getuid?.() === 0 ? 0o711 : 0o700)
  } catch (cause) {
    const message = `${folder} cannot be used: run as its owner, or move it away for a new start.`
    throw new Error(message, { cause })
  }
}
