interface Attribute {
  Name: string
  Value: string
}

/** What is read of Cognito's answers; nothing of it need be there. */
export interface CognitoAnswer {
  Username?: string
  UserSub?: string
  UserStatus?: string
  UserAttributes?: Attribute[]
  Users?: { Username: string; Attributes: Attribute[] }[]
  ChallengeName?: string
  AuthenticationResult?: { AccessToken: string; IdToken: string; RefreshToken?: string }
  CodeDeliveryDetails?: Record<string, string>
}

/** Cognito said no; the name is the one it gives its refusals, such as UserNotFoundException. */
export class CognitoRefusal extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/** Calls Cognito's HTTP interface at this URL: nothing but fetch is needed for that. */
export async function callCognito(
  url: string,
  target: string,
  input: Record<string, unknown>,
): Promise<CognitoAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${target}`,
    },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(30_000),
  })
  const answer: CognitoAnswer & { __type?: string; message?: string } = JSON.parse(
    await response.text(),
  )
  if (response.ok) return answer
  throw new CognitoRefusal(answer.__type ?? `Status${response.status}`, answer.message ?? '')
}
