/** Which way an account goes to its servers (JSON), and by what its keychain is known again. */
export const NETWORK = `
ALTER TABLE accounts ADD COLUMN proxy TEXT;
ALTER TABLE accounts ADD COLUMN secret_check TEXT;
`;
