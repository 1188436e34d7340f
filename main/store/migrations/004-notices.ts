/** What the notifications of one conversation show, where that is not what they show in general. */
export const NOTICES = `
ALTER TABLE conversations ADD COLUMN notifies TEXT;
`;
