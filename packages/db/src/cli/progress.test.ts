import { PassThrough } from 'node:stream'
import { expect, it, onTestFinished, vi } from 'vitest'
import { showProgress, withSeconds } from './progress.ts'

const open = (isTTY: boolean) => Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY })

function draw(isTTY: boolean) {
  const stream = open(isTTY)
  const show = showProgress('cruds', 3, stream)
  for (const done of [0, 1, 3]) show(done)
  return stream.read()
}

it('draws a bar on a terminal until all is done, and nothing in a pipe', () => {
  expect(draw(true)).toBe(
    `\rcruds ${'░'.repeat(30)} 0/3\rcruds ${'█'.repeat(10)}${'░'.repeat(20)} 1/3\rcruds ${'█'.repeat(30)} 3/3\n`,
  )
  expect(draw(false)).toBeNull()
})

it('tells a terminal each second that work goes on, and takes that away in the end', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const [terminal, pipe] = [open(true), open(false)]
  for (const stream of [terminal, pipe]) {
    const work = new Promise((resolve) => setTimeout(resolve, 2500, 'done'))
    const watched = withSeconds(work, stream)
    await vi.advanceTimersByTimeAsync(2500)
    expect(await watched).toBe('done')
  }
  expect(terminal.read()).toBe('\r1 s\r\r2 s\r\r\x1b[K')
  expect(pipe.read()).toBeNull()
})
