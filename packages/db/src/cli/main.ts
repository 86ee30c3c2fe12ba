import { run } from './run.ts'

// Who reads may go (`| head`): the work goes on, and is done whole.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await run(process.argv.slice(2), {
  variables: process.env,
  print: console.log,
  say: console.error,
})
