// What the first screen is made of, in one file: each file of its own would cost a way to the program and back.

/**
 * The name of a chunk for the modules that `entry` needs at once, as rolldown asks for it. Libraries are left to their
 * importers: of one that is reached through its index, only what is used comes along.
 */
export function firstScreen(entry) {
  let first;
  return (id, context) => {
    first ??= reachedFrom(entry, context);
    return first.has(id) && !id.includes('node_modules') ? 'first' : null;
  };
}

function reachedFrom(entry, context) {
  const reached = new Set();
  const open = [entry];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(context.getModuleInfo(next)?.importedIds ?? []));
  }
  return reached;
}
