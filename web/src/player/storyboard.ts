import { mediaPath } from './sources';

/** One small picture of a clip, on the sheet that holds all of them. */
export interface Tile {
  /** Seconds. */
  start: number;
  end: number;
  sheet: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const TIMES = /^(?:(\d+):)?(\d\d):(\d\d\.\d{3}) +--> +(?:(\d+):)?(\d\d):(\d\d\.\d{3})/;
const PLACE = /^(.+)#xywh=(\d+),(\d+),(\d+),(\d+)$/;

/** Reads a WebVTT file whose cues name parts of pictures; `base` is its own address. */
export function parseStoryboard(text: string, base: string): Tile[] {
  const lines = text.split(/\r?\n/);
  const tiles: Tile[] = [];
  lines.forEach((line, n) => {
    const times = TIMES.exec(line);
    const place = PLACE.exec(lines[n + 1] ?? '');
    if (!times || !place) return;
    const [x, y, width, height] = place.slice(2).map(Number) as [number, number, number, number];
    if (width === 0 || height === 0) return;
    tiles.push({
      start: seconds(times[1], times[2], times[3]),
      end: seconds(times[4], times[5], times[6]),
      sheet: beside(base, place[1]!),
      x,
      y,
      width,
      height,
    });
  });
  return tiles;
}

/** The picture of this moment; the last one behind the end. */
export function tileAt(tiles: readonly Tile[], time: number): Tile | null {
  return tiles.find(({ end }) => time < end) ?? tiles.at(-1) ?? null;
}

/** Of the last clip that somebody looked ahead in. */
let last: { url: string; tiles: Promise<Tile[]> } | null = null;

/** Nothing where it cannot be fetched: the line works without pictures. */
export function loadStoryboard(address: string): Promise<Tile[]> {
  const url = mediaPath(address);
  if (last?.url === url) return last.tiles;
  const tiles = fetch(url)
    .then((answer) => (answer.ok ? answer.text() : ''))
    .then((text) => parseStoryboard(text, url))
    .catch(() => []);
  last = { url, tiles };
  return tiles;
}

function seconds(h: string | undefined, m: string | undefined, s: string | undefined): number {
  return Number(h ?? 0) * 3600 + Number(m) * 60 + Number(s);
}

/** A file in the same folder, with whatever signs the way there. */
function beside(base: string, file: string): string {
  const [path, query] = base.split('?');
  return path!.replace(/[^/]*$/, '') + encodeURI(file) + (query ? `?${query}` : '');
}
