import { DescribeSecurityGroupsCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { type Stage, stages } from '../../src/stages.ts'
import { Refusal } from './refusal.ts'

export function findStage(name: string): Stage {
  const stage = stages.find((each) => each.name === name)
  if (stage) return stage
  const known = stages.map((each) => each.name).join(', ')
  throw new Refusal(`${JSON.stringify(name)} is no environment: name one of ${known}.`)
}

/** The database’s security group, as EC2 knows it: given, named by the stage, or made by its stack. */
export async function findGroup(
  ec2: EC2Client,
  stage: Stage | undefined,
  givenId: string | undefined,
): Promise<{ groupId: string; stageName: string | undefined }> {
  const id =
    givenId ?? (stage && 'dbEndpoint' in stage.database && stage.database.dbSecurityGroupId)
  const Filters = id
    ? [{ Name: 'group-id', Values: [id] }]
    : [
        { Name: 'tag:aws:cloudformation:stack-name', Values: [`cruddur-${stage?.name}-network`] },
        { Name: 'tag:aws:cloudformation:logical-id', Values: ['Database*'] },
      ]
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))
  const [group, second] = SecurityGroups
  if (!group?.GroupId || second) {
    throw new Refusal(
      `There is not one security group ${id || `of ${stage?.name}’s database`} in this account and region: see AWS_PROFILE and AWS_REGION, or set DB_SG_ID.`,
    )
  }
  const { GroupId: groupId, Tags = [] } = group
  const tag = Tags.find(({ Key }) => Key === 'cruddur:stage')
  // A group that a stage names carries no tag of ours.
  const owner = stages.find(
    ({ database }) => 'dbEndpoint' in database && database.dbSecurityGroupId === groupId,
  )
  return { groupId, stageName: tag?.Value ?? owner?.name ?? stage?.name }
}

/** A database that is in no public subnet has nothing to let addresses in to. */
export function refusePrivate(...names: (string | undefined)[]) {
  for (const stage of stages) {
    if (!names.includes(stage.name) || stage.database.isPublic) continue
    throw new Refusal(
      `${stage.name} is private, so no address is let in: reach it by \`pnpm db connect ${stage.name} --tunnel\`, or set isPublic in infra/src/stages.ts.`,
    )
  }
}
