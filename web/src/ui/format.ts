const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en');

/** 1234 → "1.2K" */
export function shortCount(n: number): string {
  return compact.format(Math.max(0, n));
}

export function countOf(n: number, one: string, many: string): string {
  return `${whole.format(n)} ${n === 1 ? one : many}`;
}

/** 1536 → "1.5 KB"; powers of 1024, as file managers show sizes. */
export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let unit = 0;
  while (n >= 1023.5 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

/** 75 → "1:15" */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

/** 4_520_000 → "1 h 15 min": the two largest units. */
export function watchTime(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return `${whole.format(hours)} h ${minutes % 60} min`;
}

/** "about 2 min left" */
export function timeLeft(seconds: number): string {
  if (seconds < 1.5) return 'almost done';
  if (seconds < 60) return `about ${Math.ceil(seconds)} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `about ${minutes} min left` : `about ${Math.round(minutes / 60)} h left`;
}

const STEPS: [seconds: number, letter: string][] = [
  [31_557_600, 'y'],
  [604_800, 'w'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
];

/** "3 d ago" */
export function ago(time: string, now = Date.now()): string {
  const seconds = (now - Date.parse(time)) / 1000;
  if (!Number.isFinite(seconds)) return '';
  for (const [size, letter] of STEPS) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${letter} ago`;
  }
  return 'just now';
}
