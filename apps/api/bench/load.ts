import { connect, type Socket } from 'node:net'

export interface Load {
  port: number
  connections: number
  seconds: number
  /** Seconds before it, which are not measured. */
  warmUpSeconds: number
  /** Requests a second, sent when they are due; as fast as the answers come without it. */
  rate?: number
  /** Whole HTTP requests, sent in turn; `{number}` in them is a new number each time. */
  requests: string[]
  firstNumber: number
}

export interface Measured {
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Answered in all, warm-up included. */
  answered: number
  /** Neither 2xx nor 304. */
  failed: number
}

const placeholder = '{number}'

/**
 * Drives a server and measures each answer from when its request was due. It reads of an answer
 * what it must, so that the generator is not what is measured.
 */
export function drive(load: Load): Promise<Measured> {
  const { connections, rate, requests } = load
  const start = performance.now()
  const measureFrom = start + load.warmUpSeconds * 1000
  const end = measureFrom + load.seconds * 1000
  const times: number[] = []
  const due: number[] = []
  const idle: Sender[] = []
  let [answered, failed, issued] = [0, 0, 0]

  const nextRequest = () => {
    const text = requests[issued % requests.length] ?? ''
    const number = String(load.firstNumber + issued++).padStart(placeholder.length, '0')
    return text.includes(placeholder) ? text.replaceAll(placeholder, number) : text
  }
  const onAnswer = (sender: Sender, dueAt: number, status: number) => {
    const now = performance.now()
    answered++
    // A refusal is quick, and nothing to be proud of.
    if (status !== 304 && (status < 200 || status > 299)) failed++
    else if (now >= measureFrom && now < end) times.push(now - dueAt)
    if (rate === undefined && now < end) sender.send(nextRequest(), now)
    else if (due.length > 0) sender.send(nextRequest(), due.shift() ?? now)
    else idle.push(sender)
  }

  return new Promise((resolve, reject) => {
    const senders = Array.from({ length: connections }, () =>
      openSender(load.port, onAnswer, reject),
    )
    const finish = () => {
      clearInterval(ticking)
      for (const { socket } of senders) socket.destroy()
      resolve({ ...summarise(times, load.seconds), answered, failed })
    }
    for (const sender of senders) {
      if (rate === undefined) sender.send(nextRequest(), performance.now())
      else idle.push(sender)
    }
    let planned = 0
    const tick = () => {
      const now = performance.now()
      if (now >= end) return finish()
      for (; planned < ((now - start) / 1000) * (rate ?? 0); planned++) {
        const sender = idle.pop()
        if (sender) sender.send(nextRequest(), now)
        else due.push(now)
      }
    }
    const ticking = setInterval(tick, 1)
  })
}

interface Sender {
  socket: Socket
  send(text: string, dueAt: number): void
}

function openSender(
  port: number,
  onAnswer: (sender: Sender, dueAt: number, status: number) => void,
  onError: (error: Error) => void,
): Sender {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.on('error', onError)
  let dueAt = 0
  let [status, missing] = [0, 0]
  let head = ''
  const sender = {
    socket,
    send(text: string, at: number) {
      dueAt = at
      socket.write(text)
    },
  }
  const settle = () => {
    if (missing < 0) onError(new Error('An answer is longer than it says'))
    else if (missing === 0 && head === '') onAnswer(sender, dueAt, status)
  }
  socket.on('close', () => onError(new Error('The server closed a connection')))
  socket.on('data', (chunk: Buffer) => {
    if (missing > 0) {
      missing -= chunk.length
      return settle()
    }
    const bodyAt = chunk.indexOf('\r\n\r\n')
    head += chunk.toString('latin1', 0, bodyAt < 0 ? chunk.length : bodyAt)
    if (bodyAt < 0) return
    status = Number(head.slice(9, 12))
    const length = status === 304 ? 0 : Number(/\ncontent-length: *(\d+)/i.exec(head)?.[1])
    if (Number.isNaN(length)) return onError(new Error(`An answer without a length: ${head}`))
    missing = length - (chunk.length - bodyAt - 4)
    head = ''
    settle()
  })
  return sender
}

function summarise(times: number[], seconds: number) {
  const sorted = Float64Array.from(times).sort()
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return { perSecond: sorted.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}
