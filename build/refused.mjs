/** What a download says that a network did not let through. */
const REFUSED =
  /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|socket hang up|status code (?:403|407|502|503)/;

/** Why a package cannot be made on this machine, as a sentence; undefined for what should have worked. */
export function whyNotHere(error) {
  const [word] = REFUSED.exec(error.message) ?? [];
  return word && `a tool that it is made with could not be downloaded (${word})`;
}
