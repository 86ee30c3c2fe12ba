import { createVerifier, type Verifier } from '../src/index.ts'

/** What the suite tells its probe with each token. */
export interface Question {
  token: string
  userPoolId: string
  clientId: string
  jwksUrl: string
  singleFlight: boolean
}

const verifiers = new Map<string, Verifier>()

function verifierFor({ userPoolId, clientId, jwksUrl, singleFlight }: Question) {
  const verify =
    verifiers.get(jwksUrl) ??
    createVerifier({ pools: [{ userPoolId, jwksUrl }], clientIds: [clientId], singleFlight })
  verifiers.set(jwksUrl, verify)
  return verify
}

/** A program for every runtime that serves a `fetch`: says who a token is of, or why nobody. */
export default {
  async fetch(request: Request): Promise<Response> {
    // Nobody but the suite asks it.
    const question = (await request.json()) as Question
    try {
      const { sub } = await verifierFor(question)(question.token)
      return Response.json({ sub })
    } catch (error) {
      const { name, code } = error as { name?: string; code?: string }
      return Response.json({ error: code ?? name })
    }
  },
}
