import { crc32, deflateRawSync } from 'node:zlib'

// The first instant a zip can say: the same content is the same zip, whenever it was made.
const date = (1 << 5) | 1
const madeOnUnix = (3 << 8) | 20
const readableFile = 0o100644 << 16

/** A zip of one file, byte for byte the same for the same content (APPNOTE.TXT 4.3). */
export function zipOf(name, content) {
  const nameBytes = Buffer.from(name)
  const packed = deflateRawSync(content, { level: 9 })
  const description = words([
    [2, 20], // version needed
    [2, 0], // flags
    [2, 8], // deflated
    [2, 0], // time
    [2, date],
    [4, crc32(content)],
    [4, packed.length],
    [4, content.length],
    [2, nameBytes.length],
    [2, 0], // extra field
  ])
  const local = Buffer.concat([words([[4, 0x04034b50]]), description, nameBytes, packed])
  const directory = Buffer.concat([
    words([
      [4, 0x02014b50],
      [2, madeOnUnix],
    ]),
    description,
    words([
      [2, 0],
      [2, 0],
      [2, 0],
      [4, readableFile],
      [4, 0],
    ]), // comment, disk, internal, mode, offset
    nameBytes,
  ])
  const end = words([
    [4, 0x06054b50],
    [2, 0], // this disk
    [2, 0], // the directory's disk
    [2, 1], // files on it
    [2, 1], // files
    [4, directory.length],
    [4, local.length],
    [2, 0], // comment
  ])
  return Buffer.concat([local, directory, end])
}

function words(fields) {
  const bytes = Buffer.alloc(fields.reduce((length, [size]) => length + size, 0))
  let offset = 0
  for (const [size, value] of fields) offset = bytes.writeUIntLE(value >>> 0, offset, size)
  return bytes
}
