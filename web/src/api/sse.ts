/** One event of a stream. */
export interface ServerEvent {
  type: string;
  data: string;
}

/** Takes a stream of server-sent events apart, however its text is cut into pieces. */
export class EventParser {
  #rest = '';
  #type = '';
  #data: string[] = [];

  push(text: string): ServerEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop()!;
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0)
          events.push({ type: this.#type || 'message', data: this.#data.join('\n') });
        this.#type = '';
        this.#data = [];
        continue;
      }
      const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line)!;
      if (field === 'event') this.#type = value!;
      if (field === 'data') this.#data.push(value!);
    }
    return events;
  }
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/**
 * How long to wait before the next try, after so many that failed in a row: twice as long each time,
 * and not for all clients of a restarted server at the same moment. `random` is from 0 to 1.
 */
export function waitBefore(failures: number, random: number, retryAfterMs = 0): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
  return Math.max(retryAfterMs, wait * (0.5 + random / 2));
}
