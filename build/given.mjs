/** What a package is signed with, and where its updates come from. */
const GIVEN = /^(?:(?:WIN_)?CSC_|APPLE_|PARLEY_UPDATES_)/;

/**
 * Takes out of the environment what was given as nothing, as a workflow does without its secrets: electron-builder
 * would look for a certificate with an empty name, and fail.
 */
export function withoutEmpty(environment) {
  for (const [name, value] of Object.entries(environment))
    if (value === '' && GIVEN.test(name)) delete environment[name];
}
