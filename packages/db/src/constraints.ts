import { causeWith } from './cause.ts'

/** The name of the constraint that said no, or undefined when it was something else. */
export const refusedBy = (error: unknown) => causeWith(error, 'constraint_name')
