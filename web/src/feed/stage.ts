export interface Size {
  width: number;
  height: number;
}

export interface Stage extends Size {
  /** `cover` cuts off a little at the edges, `contain` leaves bars. */
  fit: 'cover' | 'contain';
}

export const WIDE_FROM = 768;
const PORTRAIT = 9 / 16;
const WIDEST = 1.3;
/** Of a clip's area, what must stay visible to let it fill the stage. */
const MIN_VISIBLE = 0.78;

/** Phones: the whole view. Larger screens: a centred 9:16 stage, wider for clips that are wider. */
export function stageFor(view: Size, clipAspect: number | null): Stage {
  const { width, height } = stageSize(view, clipAspect);
  const ratio = (clipAspect ?? PORTRAIT) / (width / Math.max(1, height));
  const visible = Math.min(ratio, 1 / ratio);
  return { width, height, fit: visible >= MIN_VISIBLE ? 'cover' : 'contain' };
}

function stageSize(view: Size, clipAspect: number | null): Size {
  if (view.width < WIDE_FROM) return view;
  const height = Math.max(0, view.height - 2 * 24);
  const aspect = Math.min(WIDEST, Math.max(PORTRAIT, clipAspect ?? PORTRAIT));
  const besides = 2 * 112;
  return { width: Math.round(Math.min(height * aspect, view.width - besides)), height };
}
