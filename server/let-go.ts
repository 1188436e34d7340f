/**
 * Gives the memory of octets back at once, which must never be looked at again. The collector would do so, too, but
 * not before 64 MiB of large bodies have gathered, and it holds everybody up. What sees only a part of its buffer is
 * left alone: others may see the rest.
 */
export const letGo = ({ buffer, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
};
