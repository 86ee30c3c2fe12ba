import { isHandle } from '@cruddur/db'

/** As many people as one text may call. */
const limit = 10

// Letters that touch a mention make it another word, save in scripts that put no space between
// words.
const unspaced = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{scx=${script}}`)
  .join('')
const touching = `(?![${unspaced}])[\\p{L}\\p{M}\\p{N}_@]`
const mention = new RegExp(`(?<!${touching})@([A-Za-z0-9_.-]+)(?:(?=(${touching}))|)`, 'gu')

/**
 * Each `@handle` of a text as the handles that it may mean, the likeliest first: a full stop or a
 * dash at its end may be the handle’s own, or else the sentence’s.
 */
export function findMentions(text: string): string[][] {
  const found = new Map<string, string[]>()
  for (const [, run = '', touched] of text.matchAll(mention)) {
    const all = withoutEnds(run.toLowerCase())
    const handles = (touched === undefined ? all : all.slice(1)).filter(isHandle)
    if (handles[0] !== undefined) found.set(handles[0], handles)
  }
  return [...found.values()].slice(0, limit)
}

/** The run itself, then with one full stop or dash less at its end each time. */
function withoutEnds(run: string): string[] {
  const runs = [run]
  for (let end = run.length - 1; /[.-]/.test(run[end] ?? ''); end--) runs.push(run.slice(0, end))
  return runs
}
