import { upsertPerson } from '@cruddur/db'
import type { Trigger, TriggerEvent } from './trigger.ts'

/** After an account was confirmed or got a new password: the person's row is there. */
export const confirmUser: Trigger = {
  async run(db, event) {
    const { sub, preferred_username, name, email } = event.attributes
    if (!sub) throw new Error('The event has no sub')
    const { outcome } = await upsertPerson(db, {
      sub,
      handle: preferred_username,
      name,
      email,
      provesEmail: provesEmail(event),
    })
    return { outcome }
  },
  failure:
    'Your account is ready, but Cruddur could not set up your profile just now. ' +
    'Please sign in: it will be set up then',
}

/** A provider's word for an email is its own, and an administrator's confirmation proves none. */
const provesEmail = ({ source, attributes }: TriggerEvent) =>
  source === 'PostConfirmation_ConfirmSignUp' &&
  attributes.email_verified === 'true' &&
  attributes['cognito:user_status'] === 'CONFIRMED' &&
  attributes.identities === undefined
