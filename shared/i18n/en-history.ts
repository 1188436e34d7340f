// The words about the history on this computer: taking it along, bringing it back, and when it is damaged.

export const history = {
  'settings.messages': 'Messages and files',

  // what others are told
  'tell.title': 'What the people you write with are told',
  'tell.receipts': 'Say that I have read what they wrote',
  'tell.receipts.on':
    'People who ask for it are told when you have read their message. You see when they have read yours, if they tell.',
  'tell.receipts.off': 'Nobody is told when you have read something, and your own messages do not ask.',
  'tell.typing': 'Say that I am writing',
  'tell.typing.on': 'Contacts see it while you write to them.',
  'tell.typing.off': 'Nobody sees that you are writing.',
  'tell.persons': 'You can choose otherwise for one person, in the panel beside the conversation.',

  // export
  'export.title': 'Take your messages along',
  'export.all': 'Export all conversations',
  'export.all.text': 'One file with everything that is on this computer, for other programs to read.',
  'export.one.title': 'Export the conversation with {name}',
  'export.format': 'Format',
  'export.mbox': 'mbox',
  'export.json': 'JSON',
  'export.mbox.text': 'The original messages with their files, byte for byte, as mail programs read them.',
  'export.json.text': 'One document with texts, versions, reactions, outcomes and files.',
  'export.open': 'Whoever has the file can read it.',
  'task.progress': '{words}, {share} %',
  'task.stop': 'Stop',
  'export.action': 'Export…',
  'export.busy': 'Exporting',
  'export.done': '{messages, plural, =0 {Nothing} one {# message} other {# messages}} in {path}',

  // backup
  'backup.title': 'Backup',
  'backup.create': 'Back up {address}',
  'backup.create.text':
    'One encrypted file with all conversations and files of this account. Only the passphrase opens it.',
  'backup.action': 'Back up…',
  'backup.done': 'Backed up in {path}',
  'backup.dialog.title': 'Back up {address}',
  'backup.dialog.what':
    'The file holds the conversations, files, drafts and outcomes of this account that are on this computer. It does not hold the password: you sign in with that where you restore it.',
  'backup.dialog.lost': 'Without the passphrase nobody can open it, and nobody can replace the passphrase.',
  'backup.passphrase': 'Passphrase',
  'backup.again': 'Once more',
  'backup.differ': 'The two are not the same.',
  'backup.submit': 'Choose a file and back up',
  'backup.busy': 'Backing up',
  'strength.empty': 'Several words that do not belong together are strong and easy to keep in mind.',
  'strength.weak': 'Weak: somebody who has the file and wants it open finds this out in days or less.',
  'strength.fair': 'Fair: keeps off the curious, not somebody with many computers.',
  'strength.strong': 'Strong, if it stands in no book and is no name or date of yours.',

  // restore
  'restore.title': 'Restore a backup',
  'restore.text': 'Brings back what it holds, beside what is here. Nothing here is lost.',
  'restore.action': 'Choose file…',
  'restore.size': '{name}, {size}',
  'restore.passphrase': 'The passphrase it was made with',
  'restore.submit': 'Restore',
  'restore.busy': 'Restoring',
  'restore.reading': 'Reading the file',
  'restore.wrong': 'This passphrase does not open the file, or the file is not whole.',
  'restore.done':
    '{messages, plural, =0 {No messages} one {# message} other {# messages}} of {address} brought back.',
  'restore.done.sign-in': 'Sign in to {address} to go on writing with it.',
  'restore.signin': 'Restore a backup…',
  'restore.signin.have': 'Coming from another computer?',

  // damage
  'damage.title': 'The history on this computer is damaged',
  'damage.text':
    'The file with your conversations cannot be read as it should. Nothing has been deleted, and nothing is started anew without you.',
  'damage.kept': 'Whatever you choose: the damaged file stays beside the new one, for whoever can mend it.',
  'damage.copy': 'Use the copy of {date}',
  'damage.copy.size': '{size}, made by Parley on this computer',
  'damage.copy.lost':
    'What came or was written after {date} comes back from your domain as far as it keeps it; what waited to be sent then is lost.',
  'damage.copy.action': 'Use this copy',
  'damage.copy.action.label': 'Use this copy, of {date}',
  'damage.read': 'Keep what can be read',
  'damage.read.lost':
    'Messages, files and settings in the damaged parts are lost here. What your domain still keeps comes back.',
  'damage.read.action': 'Keep what can be read',
  'damage.none': 'There is no copy on this computer yet.',
  'damage.busy': 'Working. This may take some minutes.',
  'damage.settled': '{count, plural, =0 {No messages} one {# message} other {# messages}} here again',
  'damage.settled.text': 'The damaged file stays beside. What your domain still keeps comes back by itself.',
  'damage.go-on': 'Go on',
  'damage.details': 'Details',
} as const;
