import type { Reported } from '../api/reports';

const OTHER = 'Something else';

/** What is wrong with it, to choose from. */
export const choices: Record<Reported, readonly string[]> = {
  video: [
    'It sells something, or is spam',
    'Hate or insults',
    'Nudity or sex',
    'Violence or danger',
    'It is not theirs to show',
    OTHER,
  ],
  comment: ['It sells something, or is spam', 'Hate or insults', 'Sexual words', OTHER],
  user: [
    'They pretend to be somebody else',
    'They sell something, or spam',
    'Hate or insults',
    OTHER,
  ],
};

/** A choice and what somebody adds to it, for the moderators; null while it says nothing. */
export function reasonOf(choice: string, more: string): string | null {
  const words = more.trim();
  if (!choice || (choice === OTHER && !words)) return null;
  return words ? `${choice}: ${words}` : choice;
}
