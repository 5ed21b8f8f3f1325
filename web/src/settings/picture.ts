/** Twice what the server keeps: sharp on every screen, and small on a bad network. */
const EDGE = 640;

/**
 * The middle square of a picture, small, as a JPEG: a phone's photograph has ten thousand times the bytes, and may be of a
 * kind that only its own browser reads. What cannot be read here goes to the server as it is, which says what is wrong.
 */
export async function smaller(file: Blob): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file);
    const { width, height } = picture;
    const side = Math.min(width, height);
    const edge = Math.min(EDGE, side);
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = edge;
    const to = canvas.getContext('2d');
    if (!to) return file;
    // What is transparent becomes white, as on the server.
    to.fillStyle = '#fff';
    to.fillRect(0, 0, edge, edge);
    to.imageSmoothingQuality = 'high';
    to.drawImage(picture, (width - side) / 2, (height - side) / 2, side, side, 0, 0, edge, edge);
    picture.close();
    const small = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.92));
    return small ?? file;
  } catch {
    return file;
  }
}
