import { findPersonByHandle, isHandle } from '@cruddur/db'
import { RefusedError, type Trigger } from './trigger.ts'

/** Before an account exists: a handle that was typed in must be one that can be had. */
export const preSignUp: Trigger = {
  async run(db, { source, attributes }) {
    const { preferred_username: handle, email } = attributes
    // What a provider sends its person cannot change: they get a free handle on confirmation.
    if (handle === undefined || source === 'PreSignUp_ExternalProvider') {
      return { outcome: 'passed' }
    }
    if (!isHandle(handle)) {
      throw new RefusedError(
        'handle_malformed',
        'A handle has 1 to 30 characters: letters from a to z, digits, and the signs _ . - ' +
          'Please choose another one',
      )
    }
    const holder = await findPersonByHandle(db, { handle, email })
    if (holder && !holder.hasEmail) {
      throw new RefusedError(
        'handle_taken',
        `The handle ${handle} is taken. Please choose another one`,
      )
    }
    return { outcome: 'passed' }
  },
  failure: 'Cruddur cannot be reached just now. Please sign up again in a minute',
}
