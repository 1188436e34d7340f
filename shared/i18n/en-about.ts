// The words about the program itself and its newer versions, as ICU messages.

export const about = {
  'settings.about': 'About',
  'about.name': 'Parley {version}',
  'about.licence':
    'Free software under the Apache License 2.0. You may use it, look into it, change it and pass it on.',
  'about.unsandboxed':
    'This system does not let Chromium have its sandbox, so a fault in what shows messages could do more harm than it should. Parley as a package of the system has it.',
  'about.updates': 'Newer versions',
  'about.system': 'Newer versions come with your system',
  'about.system.text':
    'This Parley was installed as a package of your system, and is updated with the rest of it. Your settings and history stay.',
  'about.none': 'This Parley does not look for newer versions',
  'about.none.text':
    'Whoever built it named no place where they are. Your settings and history stay when you replace it.',
  'about.looks': 'Look for newer versions',
  'about.looks.on': 'Every six hours. Nothing is downloaded or started anew before you say so',
  'about.looks.proxy':
    'Only when you ask: one of your accounts goes by a proxy of its own, and this would go past it',
  'about.looks.off': 'Only when you ask',
  'about.look': 'Look now',
  'about.look.again': 'Try again',
  'about.idle': 'Not looked yet since Parley started',
  'about.looking': 'Looking for a newer version',
  'about.newest': 'This is the newest version',
  'about.newest.at': 'Looked at {time}',
  'about.available': 'Parley {version} is available',
  'about.available.text': 'It is downloaded and checked first; you choose when it starts.',
  'about.download': 'Download',
  'about.downloading': 'Downloading Parley {version}',
  'about.downloading.done': '{done} of {total}',
  'about.ready': 'Parley {version} is ready',
  'about.ready.text':
    'It starts with the next start of Parley, or now. What you have not sent stays as a draft.',
  'about.restart': 'Restart now',
  'about.stop': 'Stop',
  'about.problem.unreachable':
    'The place where newer versions are could not be reached. Check your connection, then try again.',
  'about.problem.update-refused':
    'What came is not from the authors of Parley, or was changed on the way. It was thrown away.',
  'about.problem.other': 'That did not work. The system says: {reason}.',
  'about.parts': 'What it is made of',
  'about.parts.text': 'Parley is built with the work of many others. These are their licences.',
  'about.parts.show': 'Show the licences',
  'about.parts.hide': 'Hide the licences',
  'about.parts.electron': 'Those of Electron and Chromium are in the folder of the program.',
  'connection.update': 'Update…',
  'error.update-refused': 'The newer version is not from the authors of Parley.',
  'error.store-newer': 'The history on this computer was written by a newer Parley.',
  'start.failed': 'Parley could not start',
  'start.newer':
    'The history on this computer was written by a newer Parley, and this one cannot read it. Nothing was changed. Install the newer Parley again.',
} as const;
