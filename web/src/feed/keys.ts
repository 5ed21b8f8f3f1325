export type FeedCommand = 'next' | 'previous' | 'first' | 'toggle' | 'like' | 'sound' | 'comments';

const COMMANDS: Record<string, FeedCommand> = {
  ArrowDown: 'next',
  PageDown: 'next',
  j: 'next',
  ArrowUp: 'previous',
  PageUp: 'previous',
  k: 'previous',
  Home: 'first',
  ' ': 'toggle',
  l: 'like',
  m: 'sound',
  c: 'comments',
};

/** What a key means in the feed; nothing while it belongs to a form, a button or a dialog. */
export function commandFor(event: KeyboardEvent): FeedCommand | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('dialog, textarea, select, input:not([type=range]), [contenteditable]')) {
    return null;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const command = COMMANDS[key] ?? null;
  // Space presses the button that has the focus.
  if (command === 'toggle' && target?.closest('button, a, summary')) return null;
  return command;
}
