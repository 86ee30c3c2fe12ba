import type { AppType } from '@cruddur/api'
import type { ExtractSchema } from 'hono/types'

/** A path as the contract writes it: `@:handle`, and no pattern behind a parameter. */
type Plain<P extends string> = P extends `${infer Head}/:${infer Name}{@${string}}${infer Tail}`
  ? Plain<`${Head}/@:${Name}${Tail}`>
  : P extends `${infer Head}{${string}}${infer Tail}`
    ? Plain<`${Head}${Tail}`>
    : P

type Routes = ExtractSchema<AppType>
type Api = { [P in keyof Routes & string as Plain<P>]: Routes[P] }

/** A method and a path that the API has. */
export type Route = {
  [P in keyof Api]: { [M in keyof Api[P]]: readonly [M, P] }[keyof Api[P]]
}[keyof Api]

type EndpointOf<R> = R extends readonly [infer M, infer P]
  ? P extends keyof Api
    ? M extends keyof Api[P]
      ? Extract<Api[P][M], { status: 200 }>
      : never
    : never
  : never

/** What a route answers with 200. */
export type AnswerOf<R> = EndpointOf<R> extends { output: infer Output } ? Output : never

type InputOf<R, K extends string> =
  EndpointOf<R> extends { input: Record<K, infer Fields> } ? Fields : unknown

/** Whether a route answers a page at a time. */
export type IsPaged<R> = 'cursor' extends keyof InputOf<R, 'query'> ? true : false

/** What a route is told, whether in its path, its query or its body. */
export type FieldsOf<R> = InputOf<R, 'param'> &
  InputOf<R, 'json'> &
  Omit<InputOf<R, 'query'>, 'limit' | 'cursor'> &
  (IsPaged<R> extends true ? { limit?: number | undefined } : unknown)
