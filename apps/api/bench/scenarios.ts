import type { Servers } from './floors.ts'
import type { Questions } from './questions.ts'
import type { Figure, Run } from './rounds.ts'

type By = 'api' | 'bare' | 'static' | 'dressed' | 'fastify'

interface Scenario {
  name: string
  requests: string[]
  /** Who answers it beside the API. */
  beside: Exclude<By, 'api'>[]
}

/** Everything that is driven as fast as it answers; the tags are of the answers before. */
export function listScenarios({ requests }: Questions, tags: { hot: string; uncached: string }) {
  const scenarios: Scenario[] = [
    { name: 'home, hot', requests: requests.hot, beside: ['static', 'dressed'] },
    { name: 'home, signed in', requests: requests.signedIn, beside: [] },
    { name: 'home, 304', requests: requests.knownHot(tags.hot), beside: [] },
    { name: 'home, uncached', requests: requests.uncached, beside: ['bare', 'fastify'] },
    { name: 'home, uncached, 304', requests: requests.known(tags.uncached), beside: [] },
    { name: 'home, page 500', requests: requests.deep, beside: ['bare'] },
    { name: 'profile', requests: requests.profile, beside: ['bare'] },
    { name: 'crud with 50 replies', requests: requests.thread, beside: ['bare'] },
    { name: 'search', requests: requests.search, beside: [] },
    { name: 'post a crud', requests: requests.crud, beside: ['bare'] },
    { name: 'reply', requests: requests.reply, beside: ['bare'] },
    { name: 'reply, all to one crud', requests: requests.hotReply, beside: ['bare'] },
    { name: 'mixed, 90 % reads', requests: requests.mixed, beside: [] },
  ]
  return scenarios
}

export const runsOf = (scenarios: Scenario[], servers: Servers): Run[] =>
  scenarios.flatMap(({ name: scenario, requests, beside }) => {
    const by: By[] = ['api', ...beside]
    return by.map((each) => ({
      scenario,
      by: each,
      server: servers[each],
      requests: requests.map(wordings[each] ?? ((text) => text)),
    }))
  })

/** How others are asked for the same. */
const wordings: Partial<Record<By, (text: string) => string>> = {
  dressed: (text) => text.replace(/ \S+/, ' /dressed'),
  // Fastify and pg know the plain path; they have no cache.
  fastify: (text) => text.replace(/\?\S+/, ''),
}

/** A figure with the bound that it must keep. */
export interface Bound {
  what: string
  value: number
  atLeast?: number
  atMost?: number
  unit?: string
}

interface Ratio {
  scenario: string
  against: [scenario: string, by: By]
  atLeast?: number
}

const ratios: Ratio[] = [
  { scenario: 'home, hot', against: ['home, hot', 'static'], atLeast: 0.85 },
  { scenario: 'home, hot', against: ['home, hot', 'dressed'] },
  { scenario: 'home, signed in', against: ['home, hot', 'api'], atLeast: 0.9 },
  { scenario: 'home, uncached', against: ['home, uncached', 'bare'], atLeast: 1 },
  { scenario: 'home, uncached', against: ['home, uncached', 'fastify'], atLeast: 1.8 },
  { scenario: 'home, page 500', against: ['home, page 500', 'bare'], atLeast: 0.9 },
  { scenario: 'profile', against: ['profile', 'bare'], atLeast: 0.9 },
  {
    scenario: 'crud with 50 replies',
    against: ['crud with 50 replies', 'bare'],
    atLeast: 0.9,
  },
  { scenario: 'post a crud', against: ['post a crud', 'bare'], atLeast: 0.9 },
  { scenario: 'reply', against: ['reply', 'bare'], atLeast: 0.9 },
]

const find = (figures: Figure[], scenario: string, by: string) =>
  figures.find((figure) => figure.scenario === scenario && figure.by === by)

export const boundsOf = (figures: Figure[]): Bound[] =>
  ratios.map(({ scenario, against: [other, by], ...bound }) => {
    const value =
      (find(figures, scenario, 'api')?.perSecond ?? Number.NaN) /
      (find(figures, other, by)?.perSecond ?? Number.NaN)
    const whose = by === 'api' ? `“${other}”` : by
    return { what: `${scenario}, against ${whose}`, value, ...bound, unit: '×' }
  })
