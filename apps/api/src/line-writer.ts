import type { EventEmitter } from 'node:events'

/**
 * Writes the lines of one turn of the event loop together: each write is a system call that the
 * requests behind it wait for. What is left is written when the process ends.
 */
export function createLineWriter(write: (text: string) => void, exiting: EventEmitter = process) {
  let lines = ''
  function flush() {
    const text = lines
    lines = ''
    if (text !== '') write(text)
  }
  exiting.on('exit', flush)
  return (line: string) => {
    if (lines === '') setImmediate(flush)
    lines += line
  }
}
