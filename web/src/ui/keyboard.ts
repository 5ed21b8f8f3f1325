/** How much of the window's lower end an on-screen keyboard covers, in CSS pixels. */
export function coveredBelow(
  windowHeight: number,
  visible: { height: number; offsetTop: number; scale: number },
): number {
  // Who zoomed in sees less as well, and no keyboard.
  if (visible.scale > 1.01) return 0;
  return Math.max(0, Math.round(windowHeight - visible.height - visible.offsetTop));
}

/** Keeps `--covered` of an element at what the keyboard covers; returns what ends that. */
export function watchKeyboard(element: HTMLElement): () => void {
  const view = window.visualViewport;
  if (!view) return () => undefined;
  const update = () =>
    element.style.setProperty('--covered', `${coveredBelow(window.innerHeight, view)}px`);
  update();
  view.addEventListener('resize', update);
  view.addEventListener('scroll', update);
  return () => {
    view.removeEventListener('resize', update);
    view.removeEventListener('scroll', update);
  };
}
