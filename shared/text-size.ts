/** How large text may be, in per cent: the menu, the keys, search and the slider go by these steps. */
export const TEXT_SIZE = { least: 80, most: 200, step: 10, usual: 100 } as const;

/** The size that is so many steps from `size`, or the usual one. */
export const textSizeAfter = (size: number, steps: number | 'usual'): number =>
  steps === 'usual'
    ? TEXT_SIZE.usual
    : Math.min(TEXT_SIZE.most, Math.max(TEXT_SIZE.least, size + steps * TEXT_SIZE.step));
