// The words about checking spelling, as ICU messages.

export const spelling = {
  'spelling.title': 'Spelling',
  'spelling.check': 'Check spelling',
  'spelling.check.on': 'While you write a message',
  'spelling.check.browser': 'By this browser, in the languages of its settings',
  'spelling.check.system': 'By the system, in its languages',
  'spelling.check.off': 'Nothing is marked while you write',
  'spelling.languages': 'Languages',
  'spelling.languages.none': 'None yet: nothing is checked. No dictionary is fetched unasked.',
  'spelling.add': 'Add a language…',
  'spelling.remove': 'Do not check in {language}',
  'spelling.dialog.title': 'Check spelling in another language',
  'spelling.language': 'Language',
  'spelling.dialog.text':
    'The dictionary comes once from {server}, a server of Google, which thereby sees the address of this computer. What you write never leaves it.',
  'spelling.fetch': 'Download the dictionary',
  'spelling.fetching': 'Downloading…',
  'spelling.no-suggestions': 'No Suggestions',
  'spelling.learn': 'Add to Dictionary',
  'error.dictionary-unavailable':
    'The dictionary could not be downloaded. Check the connection and try again.',
} as const;
