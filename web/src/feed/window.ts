/** Only this many <video> elements exist: the clip in view and its neighbours. */
export const SLOTS = 3;

/**
 * Which clip each video element shows. A clip's element follows from its index, so moving on by one
 * reassigns exactly one element and the two others play or wait undisturbed.
 */
export function assignSlots(current: number, count: number): (number | null)[] {
  const slots: (number | null)[] = Array(SLOTS).fill(null);
  for (const index of [current - 1, current, current + 1]) {
    if (index >= 0 && index < count) slots[index % SLOTS] = index;
  }
  return slots;
}

/** The clip that fills most of the view. */
export function indexInView(scrollTop: number, height: number, count: number): number {
  if (height <= 0 || count <= 0) return 0;
  return Math.min(count - 1, Math.max(0, Math.round(scrollTop / height)));
}

/** Fetch the next page while this many clips are still ahead. */
export function needsMore(current: number, count: number, ahead = 4): boolean {
  return current >= count - ahead;
}
