import { type FunctionName, stages } from './stages.ts'

const functions: FunctionName[] = ['api', 'sweeper', 'pre-sign-up', 'post-confirmation', 'migrator']
/** The last only where a stage names its user pool. */
const names: string[] = [...functions, 'pool-triggers']

/** The AWS CLI's words that show what a function writes, from ten minutes ago on. */
export function readLogsCommand([name, stageName, ...rest]: string[]): string[] {
  const stage = stages.find((each) => each.name === stageName)
  if (!stage || !names.some((each) => each === name) || rest.length > 0) {
    const known = stages.map((each) => each.name).join(', ')
    throw new Error(
      `Write \`pnpm infra logs <function> <environment>\`, with one of ${names.join(', ')} and one of ${known}.`,
    )
  }
  const group = `/aws/lambda/cruddur-${stage.name}-${name}`
  return ['logs', 'tail', group, '--follow', '--since', '10m', '--region', stage.region]
}
