/** Gives the person a file to save, without any of it leaving this computer. */
export function saveFile(name: string, content: Blob): void {
  // Octets without a type: a browser saves them and shows nothing of them.
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has the blob once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
