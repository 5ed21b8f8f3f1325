import { userPath } from '../paths';

export interface Suggestions {
  tags: string[];
  users: { id: string; name: string; avatarUrl: string | null; followerCount: number }[];
}

/** One line below the search field; `path` is where it leads. */
export interface Choice {
  kind: 'words' | 'tag' | 'user';
  label: string;
  path: string;
  followers?: number;
  person?: { id: string; name: string; avatarUrl: string | null };
}

export function searchPath(wanted: { q?: string; tag?: string }): string {
  const query = new URLSearchParams();
  if (wanted.tag) query.set('tag', wanted.tag);
  else if (wanted.q) query.set('q', wanted.q);
  const text = query.toString();
  return text ? `/search?${text}` : '/search';
}

/** Where what was typed leads: "#sea" is a tag, everything else is words. */
export function pathOfText(text: string): string {
  const typed = text.trim();
  const tag = /^#([^\s#]+)$/.exec(typed)?.[1];
  return searchPath(tag ? { tag } : { q: typed });
}

/** What is offered while somebody types: first what they typed, then tags, then people. */
export function choicesFor(text: string, { tags, users }: Suggestions): Choice[] {
  const typed = text.trim();
  const choices: Choice[] = [];
  if (typed && !typed.startsWith('#'))
    choices.push({ kind: 'words', label: typed, path: searchPath({ q: typed }) });
  for (const tag of tags) choices.push({ kind: 'tag', label: tag, path: searchPath({ tag }) });
  for (const { followerCount, ...person } of users)
    choices.push({
      kind: 'user',
      label: person.name,
      path: userPath(person.id),
      followers: followerCount,
      person,
    });
  return choices;
}

/** The line that an arrow key leads to; -1 is the field itself. */
export function nextChoice(now: number, step: 1 | -1, count: number): number {
  return ((now + 1 + step + count + 1) % (count + 1)) - 1;
}
