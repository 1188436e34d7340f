// `man parleyd`, made of what `parleyd --help` says, so that the two cannot differ.

const COMMAND = /^ {2}(\S.*)$/;
const CONTINUED = /^ {6}(\S.*)$/;
const MEANING = /^ {10}(\S.*)$/;

/** Text for roff: nothing in it is a command. */
const escape = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');

/** The page in roff; `help` begins with a line "NAME, WHAT IT IS". */
export function manPage(help, version) {
  const [title, ...lines] = help.trimEnd().split('\n');
  const [name, ...what] = title.split(', ');
  const page = [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}"`,
    '.SH NAME',
    `${name} \\- ${escape(what.join(', '))}`,
    '.SH COMMANDS',
  ];
  // Commands come first; after them prose, and settings in a table that stays as it is.
  const firstProse = lines.findIndex((line) => /^\S/.test(line));
  for (const line of lines.slice(0, firstProse)) {
    const [command, continued, meaning] = [COMMAND, CONTINUED, MEANING].map((form) => form.exec(line)?.[1]);
    if (command) page.push('.TP', `.B ${escape(command)}`);
    else if (continued) page.push(`${page.pop()} ${escape(continued)}`);
    else if (meaning) page.push(escape(meaning));
  }
  page.push('.SH DESCRIPTION');
  let isTable = false;
  for (const line of lines.slice(firstProse)) {
    if (line.startsWith('  ') !== isTable && line !== '') {
      isTable = !isTable;
      page.push(...(isTable ? ['.SH SETTINGS', '.nf'] : ['.fi']));
    }
    if (line === '') page.push(isTable ? '' : '.PP');
    else page.push(escape(isTable ? line.slice(2) : line));
  }
  if (isTable) page.push('.fi');
  return `${page.join('\n')}\n`;
}
