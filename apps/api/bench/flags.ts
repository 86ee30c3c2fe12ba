import { parseArgs } from 'node:util'

const help = `pnpm bench [options]
  --quick            in under a minute, to see that it works: few and short rounds
  --size <cruds>     how many cruds there are (100000; quick: 30000); from 1000000 on, every read
                     is also measured at 1000 and 100000, and a chart is drawn
  --only <words>     the scenarios whose name has these words, and nothing else
  --soak <minutes>   how long memory is watched under full load (5; quick: a few seconds)
  --json <file>      where to save the figures (.cruddur/bench.json)
  --chart <file>     where to draw the chart (docs/performance.svg)
  --compare <file>   shows the change since the figures in the file
  --profile <folder> has Node write a CPU profile of the API there`

/** Reads the command line; says what it knows and ends where it is asked to, or cannot read it. */
export function readFlags(words: string[]) {
  const { values } = parseArgs({
    args: words,
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      size: { type: 'string' },
      only: { type: 'string' },
      soak: { type: 'string' },
      json: { type: 'string' },
      chart: { type: 'string' },
      compare: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  if (values.help) {
    console.log(help)
    process.exit()
  }
  const { quick } = values
  const size = Number(values.size ?? (quick ? 30_000 : 100_000))
  if (!Number.isInteger(size) || size < 1_000) throw new Error('--size takes 1000 cruds or more')
  const soakSeconds = values.soak ? Number(values.soak) * 60 : quick ? 4 : 300
  if (!(soakSeconds > 0)) throw new Error('--soak takes a number of minutes')
  const pace = quick
    ? { rounds: 2, seconds: 0.5, warmUpSeconds: 0.2 }
    : { rounds: 7, seconds: 3, warmUpSeconds: 1 }
  return { ...values, size, soakSeconds, pace }
}
