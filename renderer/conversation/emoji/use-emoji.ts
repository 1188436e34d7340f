import { useEffect, useState } from 'react';
import { type Emoji, loadEmoji } from './emoji.ts';

/** `undefined` while they are on their way. */
export function useEmoji(isWanted = true): readonly Emoji[] | undefined {
  const [all, setAll] = useState<readonly Emoji[]>();
  useEffect(() => {
    if (!isWanted) return;
    let isHere = true;
    loadEmoji().then(
      (loaded) => isHere && setAll(loaded),
      // Its file is part of the app; without it names find nothing.
      () => isHere && setAll([]),
    );
    return () => {
      isHere = false;
    };
  }, [isWanted]);
  return all;
}
