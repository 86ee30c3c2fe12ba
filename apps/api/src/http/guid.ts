const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** A uuid as Postgres reads one, of whatever version and in whatever case. */
export const isGuid = (text: string) => guid.test(text)
