/** Octets: what a file of contacts may be. Larger than any list that a document of contacts can hold. */
export const MAX_CARDS = 5_000_000;

/** Gives the person a file to save, without any of it leaving this computer. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has the blob once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
