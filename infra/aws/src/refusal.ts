/** One sentence that says what is wrong and what to do next; it ends the command. */
export class Refusal extends Error {
  override name = 'Refusal'
}
