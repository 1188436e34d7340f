// The `electron` module for what Node itself loads inside of vitest: the one that the test has.
// oxlint-disable-next-line typescript/no-unsafe-assignment -- what it is, the test knows
module.exports = globalThis.electronOfTheTest;
