/** One line of what `parleyd check` reports. `wrong` keeps the domain from working; `note` is for the operator to know. */
export interface Finding {
  readonly what: 'ok' | 'note' | 'wrong';
  readonly text: string;
}
