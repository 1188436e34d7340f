/**
 * How the servers of one domain tell each other. Messages are plain data (what structured clone carries) and
 * are not to be changed once published. Those of one publisher on one subject arrive in order, never before
 * `publish` has returned; a subscriber that throws is logged and does not keep others from theirs.
 */
export interface Bus {
  publish(subject: string, message: unknown): void;
  /** Returns the function that ends the subscription; nothing arrives after it. */
  subscribe(subject: string, receive: (message: unknown) => void): () => void;
  close(): Promise<void>;
}
