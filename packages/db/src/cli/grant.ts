import { grantRoles, roleNames } from '../grants.ts'
import { defineCommand } from './command.ts'
import { withSeconds } from './progress.ts'
import { TargetError } from './targets.ts'

export const grantCommand = defineCommand({
  summary: 'make the roles of a deployment, or bring them to what each needs and no more',
  examples: ['pnpm db grant prod'],
  async run({ target: { directUrl, environment }, print }) {
    const { created, tables, byIam, left } = await withSeconds(grantRoles(directUrl))
    const { api, postConfirmation, migrator } = roleNames()
    const may: Record<string, string> = {
      [api]: `reads and writes ${tables} tables, and those of later migrations`,
      [postConfirmation]: tables > 0 ? 'reads, adds and updates users' : 'may do nothing yet',
      [migrator]: `owns the ${tables} tables, and makes new ones`,
    }
    for (const role of Object.keys(created)) {
      print(`${role.padEnd(26)}${created[role] ? 'created' : 'was there'}: ${may[role]}`)
    }
    if (byIam) print('They log in by IAM: `?auth=iam` in the connection URL.')
    else if (Object.values(created).includes(true)) {
      print(
        `A new role has no password: \`\\password ${api}\` in \`pnpm db connect ${environment}\` sets one.`,
      )
    }
    if (tables === 0) {
      print(`The tables are not there: run \`pnpm db migrate ${environment}\`, then this again.`)
    }
    if (left.length > 0) {
      throw new TargetError(
        `${api} can still ${left.join(' and ')}: run this as the owner of the database.`,
      )
    }
  },
})
