import { run } from './run.ts'

process.exitCode = await run(process.argv.slice(2), {
  variables: process.env,
  print: console.log,
  say: console.error,
})
