/** The light build has the same interface, without alternative audio, subtitles and DRM. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
