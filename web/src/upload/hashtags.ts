/** As the server finds them: letters of any script, digits and "_", not digits alone, not inside a word or link. */
export const HASHTAG =
  /(?<![\p{L}\p{M}\p{N}_/&#])#([\p{L}\p{M}\p{N}_]{1,50})(?![\p{L}\p{M}\p{N}_])/gu;
const MOST = 20;

/** The #hashtags of a text, each once, without "#". */
export function hashtagsOf(text: string): string[] {
  const found = new Map<string, string>();
  for (const [, tag] of text.matchAll(HASHTAG)) {
    const folded = tag!.toLowerCase();
    if (!/^\p{N}+$/u.test(tag!) && !found.has(folded)) found.set(folded, tag!);
  }
  return [...found.values()].slice(0, MOST);
}
