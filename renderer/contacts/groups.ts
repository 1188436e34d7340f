/** `friends, work ,, work` as the groups `friends` and `work`. */
export const groupsOf = (typed: string): string[] => [
  ...new Set(
    typed
      .split(/[,،、]/)
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ),
];
