import { HASHTAG } from '../upload/hashtags';

/** A piece of a text; `tag` where it is a hashtag that leads somewhere. */
export interface Segment {
  text: string;
  tag?: string;
}

/** A text taken apart at its hashtags, so that they can be links. */
export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (const found of text.matchAll(HASHTAG)) {
    const tag = found[1]!;
    if (/^\p{N}+$/u.test(tag)) continue;
    if (found.index > at) segments.push({ text: text.slice(at, found.index) });
    segments.push({ text: found[0], tag });
    at = found.index + found[0].length;
  }
  if (at < text.length) segments.push({ text: text.slice(at) });
  return segments;
}
