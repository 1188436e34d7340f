// Parts of the window that the first screen does without: they come in files of their own, once it stands.

import { type ComponentType, Suspense, use, useState } from 'react';

const all: (() => Promise<unknown>)[] = [];

/** A component that is loaded when it is first shown; from then on it is there at once. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let component: ComponentType<P> | undefined;
  let loading: Promise<ComponentType<P>> | undefined;
  const start = (): Promise<ComponentType<P>> => {
    loading ??= load().then(
      (loaded) => (component = loaded),
      (error: unknown) => {
        // The next that shows it tries again.
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  all.push(start);

  function Loaded(props: P) {
    const Component = use(start());
    return <Component {...props} />;
  }
  return function Later(props: P) {
    // Decided once: what is shown here is not made anew, and loses nothing, when it is drawn again after its file came.
    const [Component] = useState(() => component);
    if (Component !== undefined) return <Component {...props} />;
    return (
      <Suspense>
        <Loaded {...props} />
      </Suspense>
    );
  };
}

/** Loads them all, as after each was shown once. Rejects when one cannot be had. */
export async function loadAll(): Promise<void> {
  await Promise.all(all.map((load) => load()));
}
