import { RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Stage } from '../../src/stages.ts'

/** What a stage keeps of its database and accounts, and how long it keeps logs. */
export function retentionOf({ leaves }: Stage) {
  const isKept = leaves === 'everything'
  const removalPolicy = isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
  return {
    /** Nothing may delete it, not even somebody in the console. */
    isKept,
    removalPolicy,
    database: leaves === 'a snapshot' ? RemovalPolicy.SNAPSHOT : removalPolicy,
    createLogGroup: (scope: Construct, id: string, logGroupName?: string) =>
      new LogGroup(scope, id, {
        ...(logGroupName ? { logGroupName } : {}),
        retention: isKept ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK,
        // A name that stayed behind would be in the way of the next deployment.
        removalPolicy: RemovalPolicy.DESTROY,
      }),
  }
}
