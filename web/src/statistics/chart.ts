export interface Point {
  x: number;
  y: number;
}

const round = (n: number) => Math.round(n * 100) / 100;

/** The line through points whose x and y go from 0 to 1, in a box of this size; y grows upwards. */
export function linePath(points: readonly Point[], width: number, height: number): string {
  return points
    .map(({ x, y }, n) => `${n ? 'L' : 'M'}${round(x * width)} ${round((1 - y) * height)}`)
    .join('');
}

/** The same, closed along the floor of the box. */
export function areaPath(points: readonly Point[], width: number, height: number): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return '';
  const floor = round(height);
  return `${linePath(points, width, height)}L${round(last.x * width)} ${floor}L${round(first.x * width)} ${floor}Z`;
}

export interface Day {
  day: string;
  views: number;
}

/** The last `count` days up to `today` (YYYY-MM-DD, UTC), with zero where nothing was counted. */
export function lastDays(days: readonly Day[], today: string, count: number): Day[] {
  const views = new Map(days.map(({ day, views }) => [day, views]));
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: count }, (_, n) => {
    const day = new Date(end - (count - 1 - n) * 86_400_000).toISOString().slice(0, 10);
    return { day, views: views.get(day) ?? 0 };
  });
}

/** The end of a scale that holds this: 1, 2 or 5 times a power of ten. */
export function scaleFor(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((n) => n * power).find((end) => end >= most)!;
}
