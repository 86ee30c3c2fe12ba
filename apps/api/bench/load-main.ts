// The load generator, in a process of its own: it is sent a load and answers what it measured.
import { drive } from './load.ts'

process.on('message', (load: Parameters<typeof drive>[0]) => {
  drive(load).then(
    (measured) => process.send?.({ measured }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())
