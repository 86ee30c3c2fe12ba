/** What one stage is; everything else follows from it. */
export interface Stage {
  name: string
  region: string
  /** At least two: RDS wants subnets in two, whether it uses both or not. */
  zones: string[]
  /** FRONTEND_URL: whose pages may call the API, several with commas. */
  frontendUrl: string
  /** What is left of the data when the stacks are deleted. */
  leaves: 'everything' | 'a snapshot' | 'nothing'
  network: NetworkSettings | ExistingNetwork
  database: DatabaseSettings | ExistingDatabase
  /** A user pool that there is: used, and given our triggers. Absent: one is made. */
  userPool?: { userPoolId: string; clientId: string }
  /** An address that SES may send from; absent: Cognito’s own, of which 50 a day are sent. */
  emailFrom?: string
  /** A name of our own for the API, with its certificate in the stage’s region. */
  apiDomain?: { name: string; certificateArn: string }
  /** Requests a second, and at once, over which API Gateway answers 429. */
  throttle: { rate: number; burst: number }
  concurrency: Concurrency
  /** The SNS topic that hears of alarms; absent: they are seen in the console alone. */
  alarmTopicArn?: string
}

export interface NetworkSettings {
  cidr: string
  /** In how many zones Cognito can be reached; each costs 7.30 USD a month. */
  cognitoZones: number
  flowLog: boolean
}

export interface ExistingNetwork {
  vpcId: string
  /** One for each zone, in their order. */
  subnetIds: string[]
  /** True where a NAT gateway or an endpoint leads to Cognito already. */
  reachesCognito: boolean
}

export interface DatabaseSettings {
  size: keyof typeof maxConnections
  multiAz: boolean
  backupDays: number
  /** In public subnets, for the addresses that `allow-ip` lets in; else no address of its own. */
  isPublic: boolean
  /** A small instance in a public subnet, by which `pnpm db connect --tunnel` comes in through SSM. */
  tunnel?: boolean
  /** Through RDS Proxy, for more functions than the database takes connections. */
  proxy: boolean
}

/** With IAM authentication switched on: the functions know no password. */
export interface ExistingDatabase {
  dbEndpoint: string
  dbSecurityGroupId: string
  /** DbiResourceId, db-…: what a right to log in is given for. */
  dbResourceId: string
  size: keyof typeof maxConnections
  /** It has an address of its own, which `allow-ip` may open to others. */
  isPublic?: boolean
}

/** The account’s own limit, which all functions share; or what each has to itself. */
export type Concurrency = { accountQuota: number } | Record<FunctionName, number>

export type FunctionName = 'api' | 'sweeper' | 'pre-sign-up' | 'post-confirmation' | 'migrator'

/** Each opens this many: Lambda gives a process one request at a time (apps/api/src/entry). */
export const connectionsPerProcess = 1

/** RDS’s default, by memory: DBInstanceClassMemory / 9531392. */
const maxConnections = { micro: 112, small: 225, medium: 450 }

/** Postgres keeps 3 for a superuser, RDS uses a few, and a person wants to look. */
const connectionsOfOthers = 15

export const connectionBudget = ({ database }: Stage) =>
  maxConnections[database.size] - connectionsOfOthers

/** Of a hundred connections, those that RDS Proxy may open: the migrator and people pass it by. */
export const proxyPercent = 80

/** After a deployment the old processes keep theirs until they are frozen away, so it is twice. */
export function connectionsAtMost({ concurrency, database }: Stage): number {
  if ('proxy' in database && database.proxy) {
    return Math.floor((maxConnections[database.size] * proxyPercent) / 100)
  }
  const processes =
    'accountQuota' in concurrency
      ? concurrency.accountQuota
      : Object.values(concurrency).reduce((sum, each) => sum + each, 0)
  return 2 * processes * connectionsPerProcess
}

/** Refuses settings that contradict each other, all of them at once. */
export function checkStage(stage: Stage): Stage {
  const problems = [...problemsOfPlace(stage), ...problemsOfDatabase(stage)]
  const found = problems.filter((problem) => problem !== false)
  if (found.length === 0) return stage
  throw new Error(`The stage ${stage.name} cannot be:\n  ${found.join('\n  ')}`)
}

const problemsOfPlace = ({ region, zones, network }: Stage) => [
  zones.some((zone) => !zone.startsWith(region)) &&
    `zones names ${zones.join(', ')}, not all of them in ${region}: name zones of the region`,
  zones.length < 2 && 'zones names fewer than two: RDS wants subnets in two',
  'vpcId' in network &&
    network.subnetIds.length !== zones.length &&
    'subnetIds and zones differ in length: name one subnet for each zone',
  'cognitoZones' in network &&
    !isWithin(network.cognitoZones, zones.length) &&
    `cognitoZones is no number from 1 to ${zones.length}: Cognito is reached in one zone or in more`,
]

function problemsOfDatabase(stage: Stage) {
  const { network, database } = stage
  const needed = connectionsAtMost(stage)
  const budget = connectionBudget(stage)
  const isOurs = !('dbEndpoint' in database)
  const isExposed = isOurs && (database.isPublic || database.tunnel === true)
  return [
    !isOurs &&
      !('vpcId' in network) &&
      'dbEndpoint is in no network: name its vpcId and subnetIds too',
    isExposed &&
      'vpcId' in network &&
      'isPublic and tunnel want public subnets, and of an existing network none are known: switch both off',
    isOurs &&
      !isWithin(database.backupDays, 35) &&
      'backupDays is no number from 1 to 35: RDS keeps backups no longer',
    needed > budget &&
      `the functions may open ${needed} connections and the database has ${budget}: lower concurrency, or raise size`,
  ]
}

const isWithin = (count: number, most: number) =>
  Number.isInteger(count) && count >= 1 && count <= most

const zonesOfVirginia = ['us-east-1a', 'us-east-1b']

export const stages: Stage[] = [
  {
    name: 'dev',
    region: 'us-east-1',
    zones: zonesOfVirginia,
    frontendUrl: 'http://localhost:3000',
    leaves: 'nothing',
    network: { cidr: '10.20.0.0/20', cognitoZones: 1, flowLog: false },
    database: { size: 'micro', multiAz: false, backupDays: 1, isPublic: false, proxy: false },
    throttle: { rate: 20, burst: 40 },
    concurrency: { accountQuota: 10 },
  },
  {
    name: 'staging',
    region: 'us-east-1',
    zones: zonesOfVirginia,
    frontendUrl: 'https://staging.cruddur.com',
    leaves: 'a snapshot',
    network: { cidr: '10.20.16.0/20', cognitoZones: 1, flowLog: false },
    database: { size: 'micro', multiAz: false, backupDays: 7, isPublic: false, proxy: false },
    throttle: { rate: 50, burst: 100 },
    concurrency: { accountQuota: 10 },
  },
  {
    name: 'prod',
    region: 'us-east-1',
    zones: zonesOfVirginia,
    frontendUrl: 'https://cruddur.com',
    leaves: 'everything',
    network: { cidr: '10.20.32.0/20', cognitoZones: 2, flowLog: true },
    database: { size: 'small', multiAz: true, backupDays: 30, isPublic: false, proxy: false },
    throttle: { rate: 500, burst: 1000 },
    concurrency: {
      api: 80,
      sweeper: 1,
      'pre-sign-up': 10,
      'post-confirmation': 10,
      migrator: 1,
    },
  },
]
