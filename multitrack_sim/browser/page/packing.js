// Bytes as a page holds them: base64 of gzip.

/** The bytes of a packed text. Every browser of today has DecompressionStream, and so has node. */
export async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
