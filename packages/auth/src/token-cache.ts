type Slot<T> = { readonly value: T; isUsed: boolean }

/**
 * A bounded map that forgets, when it is full, what has not been asked for since its last turn
 * (second chance): a hit writes one boolean and moves nothing.
 */
export class TokenCache<T> {
  readonly #slots = new Map<string, Slot<T>>()
  readonly #capacity: number

  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 0) throw new TypeError('not a cache size')
    this.#capacity = capacity
  }

  find(digest: string): T | undefined {
    const slot = this.#slots.get(digest)
    if (slot) slot.isUsed = true
    return slot?.value
  }

  insert(digest: string, value: T): void {
    if (this.#capacity === 0) return
    this.#slots.delete(digest)
    while (this.#slots.size >= this.#capacity) this.#turn()
    this.#slots.set(digest, { value, isUsed: false })
  }

  delete(digest: string): void {
    this.#slots.delete(digest)
  }

  /** Takes the eldest slot: out if unused, to the end of the queue if used. */
  #turn(): void {
    for (const [digest, slot] of this.#slots) {
      this.#slots.delete(digest)
      if (!slot.isUsed) return
      slot.isUsed = false
      this.#slots.set(digest, slot)
    }
  }
}
