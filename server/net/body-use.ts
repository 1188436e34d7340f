/** How a method takes a body too large to be gathered for anyone: piece by piece, gathered all the same, or not at all (it is read away). */
export type BodyUse = 'pieces' | 'whole' | 'none';

const USES: ReadonlyMap<string, BodyUse> = new Map([
  ['SEND', 'pieces'],
  ['CHANGE', 'whole'],
  ['CHANGE-NOTIFY', 'whole'],
  ['SET-ACL', 'whole'],
  ['SET-DOCUMENT', 'whole'],
]);

export const bodyUseOf = (method: string): BodyUse => USES.get(method) ?? 'none';
