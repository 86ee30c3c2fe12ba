import { type ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import type { Stage } from '../../src/stages.ts'

interface AlarmProps {
  id: string
  says: string
  threshold: number
  /** How many periods in a row; one if it is not given. */
  periods?: number
  when?: ComparisonOperator
}

/** An alarm that the stage's topic hears of, when it starts and when it is over. */
export function addAlarm(
  scope: Construct,
  stage: Stage,
  metric: Metric,
  { id, says, threshold, periods = 1, when }: AlarmProps,
) {
  const alarm = metric.createAlarm(scope, `${id}Alarm`, {
    alarmDescription: says,
    threshold,
    evaluationPeriods: periods,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...(when ? { comparisonOperator: when } : {}),
  })
  if (!stage.alarmTopicArn) return
  const action = new SnsAction(Topic.fromTopicArn(alarm, 'Topic', stage.alarmTopicArn))
  alarm.addAlarmAction(action)
  alarm.addOkAction(action)
}
