// What the API can do, beside floors that run with it: `pnpm bench --help`.
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { drawChart } from './chart.ts'
import { readFlags } from './flags.ts'
import { measureAll } from './measure-all.ts'
import { openDriver } from './processes.ts'
import { printReport, type Report } from './report.ts'
import { shareAsOne } from './share-as-one.ts'
import { openWorld } from './world.ts'

const root = resolve(import.meta.dirname, '../../..')
const flags = readFlags(process.argv.slice(2))
const before: Report | undefined =
  flags.compare && JSON.parse(await readFile(resolve(flags.compare), 'utf8'))
const share = shareAsOne()
const world = await openWorld(200)
const driver = openDriver()
try {
  const report = await measureAll({ world, drive: driver.drive, flags })
  const isKept = printReport(report, before)
  const json = resolve(flags.json ?? join(root, '.cruddur/bench.json'))
  await writeFile(json, `${JSON.stringify(report, undefined, 2)}\n`)
  console.log(`Saved in ${json}`)
  if (report.scale.length > 0) {
    const chart = resolve(flags.chart ?? join(root, 'docs/performance.svg'))
    await writeFile(chart, drawChart(report.scale))
    console.log(`Drawn in ${chart}`)
  }
  process.exitCode = isKept ? 0 : 1
} finally {
  await driver.close()
  await world.close()
  share.close()
}
