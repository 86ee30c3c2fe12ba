/** The pool on our own Cognito: the same everywhere, so that other programs can be told of it. */
export const localPool = {
  region: 'us-east-1',
  userPoolId: 'us-east-1_Cruddur01',
  clientId: 'cruddurlocalclient',
}

/** What every code is that would be mailed. */
export const confirmationCode = '123456'

/** What every seeded person signs in with. */
export const devPassword = 'Cruddur-local-1'
