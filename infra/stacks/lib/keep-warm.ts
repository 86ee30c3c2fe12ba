import { Duration } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'

/**
 * A function in a VPC that nobody calls for two weeks goes Inactive, and its next call fails for up
 * to 90 s: once a day it is called with an event that it has nothing to do for.
 */
export function keepWarm(scope: Construct, name: string, lambda: IFunction, event: object) {
  new Rule(scope, `${name}KeepWarm`, {
    schedule: Schedule.rate(Duration.days(1)),
    targets: [
      new LambdaFunction(lambda, { event: RuleTargetInput.fromObject(event), retryAttempts: 0 }),
    ],
  })
}
