// Loaded before the program (`-r`), by Electron as by the stand-in: says what the program does to the desktop, each thing
// as a line of JSON in the file DESKTOP_SEEN, and does what a test asks for. So the same lines here see both, and what
// only Electron has is all that is not tried wherever the stand-in is. Plain CommonJS, as Electron loads it.
//   DESKTOP_PROXY      what the system says of proxies
//   DESKTOP_REFUSES    why it shows no notification
//   DESKTOP_APP, DESKTOP_VERSION   the program's archive, in the place of its own, and its version

const { appendFileSync, mkdirSync } = require('node:fs');
const path = require('node:path');
const electron = require('electron');
const {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
} = electron;
const { DESKTOP_APP, DESKTOP_PROXY, DESKTOP_REFUSES, DESKTOP_SEEN, DESKTOP_VERSION } = process.env;

// Not on stdout: whoever starts Electron hears that only once it runs, and on Windows the last words are lost.
const say = (what) => appendFileSync(DESKTOP_SEEN, `${JSON.stringify(what)}\n`);
globalThis.parleySay = say;
const doers = {};
globalThis.parleyAsked = (asked) => {
  const does = doers[asked.do];
  if (does === undefined) throw new Error(`nobody can do ${JSON.stringify(asked)}`);
  does(asked);
};

/** Calls `before` with the arguments of each call of a method, which then goes on as it is. */
const watch = (object, name, before) => {
  const original = object[name];
  object[name] = function (...args) {
    before.call(this, ...args);
    return original.apply(this, args);
  };
};
const give = (object, name, value) => Object.defineProperty(object, name, { value, configurable: true });

// As installed: what a program in the making leaves alone is looked at, too.
give(app, 'isPackaged', true);
if (DESKTOP_VERSION) app.getVersion = () => DESKTOP_VERSION;
if (DESKTOP_APP) {
  app.getAppPath = () => DESKTOP_APP;
  give(process, 'resourcesPath', DESKTOP_APP);
}
// Whoever runs the specs keeps their own folders as they are.
const folder = process.argv.find((word) => word.startsWith('--user-data-dir=')).split('=')[1];
mkdirSync(path.join(folder, 'downloads'), { recursive: true });
app.setPath('userData', folder);
app.setPath('downloads', path.join(folder, 'downloads'));

// A wait passes at once for those who wait for exactly so long. What is shorter is none that a test needs to pass.
const LONG = 30_000;
const waiting = new Map();
const { setTimeout: begin, clearTimeout: end } = globalThis;
const wait = (run, delay = 0, ...rest) => {
  const timer = begin(run, delay, ...rest);
  if (delay >= LONG) waiting.set(timer, { delay, run });
  return timer;
};
globalThis.setTimeout = Object.defineProperties(wait, Object.getOwnPropertyDescriptors(begin));
globalThis.clearTimeout = (timer) => {
  waiting.delete(timer);
  end(timer);
};
doers['time-passes'] = ({ milliseconds }) => {
  // Those that begin anew wait anew.
  for (const [timer, { run }] of [...waiting].filter(([, { delay }]) => delay === milliseconds)) {
    globalThis.clearTimeout(timer);
    run();
  }
};

const began = { sandbox: false, lock: false };
const schemes = [];
watch(app, 'enableSandbox', () => (began.sandbox = true));
watch(app, 'requestSingleInstanceLock', () => (began.lock = true));
watch(protocol, 'registerSchemesAsPrivileged', (more) => schemes.push(...more));

const words = (items) =>
  items.flatMap(({ label, role, type, checked, submenu }) =>
    type === 'separator'
      ? []
      : [`${label || role}${checked ? ' *' : ''}`, ...(submenu ? words(submenu.items) : [])],
  );
const itemOf = (items, label) =>
  items.find((item) => item.label === label) ??
  items.flatMap(({ submenu }) => (submenu ? (itemOf(submenu.items, label) ?? []) : []))[0];
const press = (menu, label) => {
  const item = itemOf(menu.items, label);
  if (item?.click === undefined) throw new Error(`the menu has no ${label}`);
  item.click();
};
const createFromPath = nativeImage.createFromPath.bind(nativeImage);
nativeImage.createFromPath = (file) =>
  Object.assign(createFromPath(file), { parleyPath: file.split(/[\\/]/).slice(-2).join('/') });
watch(BrowserWindow.prototype, 'setOverlayIcon', (image) => say({ overlay: image?.parleyPath ?? null }));
watch(Tray.prototype, 'setImage', function (image) {
  this.parleyImage = image;
});
watch(Tray.prototype, 'setToolTip', function (tip) {
  this.parleyTip = tip;
});
watch(Tray.prototype, 'setContextMenu', function (menu) {
  const image = this.parleyImage;
  say({
    tray: {
      image: image?.parleyPath,
      isTemplate: image?.isTemplateImage(),
      tip: this.parleyTip,
      menu: words(menu.items),
    },
  });
  doers['tray-menu'] = ({ label }) => press(menu, label);
  doers['tray-click'] = () => this.emit('click');
});
watch(Menu, 'setApplicationMenu', (menu) => {
  if (menu === null) return;
  say({ menu: words(menu.items) });
  doers['application-menu'] = ({ label }) => press(menu, label);
});
// An open menu would wait for a hand.
Menu.prototype.popup = function () {
  say({ popup: words(this.items) });
  doers['popup-menu'] = ({ label }) => press(this, label);
};

// Nobody looks at the screen of a machine that runs specs, and its system shows nothing of a program that it does not know.
const shown = new Set();
Notification.isSupported = () => true;
Notification.prototype.show = function () {
  if (DESKTOP_REFUSES) return void this.emit('failed', {}, DESKTOP_REFUSES);
  shown.add(this);
  const { title, body, silent, hasReply, actions } = this;
  const more = {
    ...(hasReply && { hasReply }),
    ...(actions.length > 0 && { actions: actions.map(({ text }) => ({ text })) }),
  };
  say({ notification: { title, body, silent, ...more } });
  setImmediate(() => this.emit('show', {}));
};
Notification.prototype.close = function () {
  if (shown.delete(this)) say({ withdrawn: this.title });
};
const noticeOf = ({ title }) => {
  const found = [...shown].find((one) => one.title === title);
  if (found === undefined) throw new Error(`no notification is titled ${title}`);
  return found;
};
doers['notification-click'] = (asked) => noticeOf(asked).emit('click', {});
doers['notification-action'] = (asked) => noticeOf(asked).emit('action', { actionIndex: 0 }, 0);
doers['notification-reply'] = (asked) => noticeOf(asked).emit('reply', { reply: asked.text }, asked.text);

watch(app, 'setBadgeCount', (badge) => say({ badge }));
watch(app, 'setLoginItemSettings', (login) => say({ login }));
watch(app, 'setAppUserModelId', (appUserModelId) => say({ appUserModelId }));
// Whoever runs the specs keeps their links. Somebody has `pres:` already.
app.getApplicationNameForProtocol = (url) => (url === 'pres:' ? 'Another program' : '');
app.setAsDefaultProtocolClient = (opens) => {
  say({ opens });
  return true;
};
shell.openExternal = async (url) => say({ outside: new URL(url).href });
// Each waits for a hand. The person takes the place that is proposed.
dialog.showErrorBox = (title, content) => say({ error: { title, content } });
dialog.showSaveDialog = async (...args) => ({ canceled: false, filePath: args.at(-1).defaultPath });

app.on('web-contents-created', (_event, contents) => {
  const setWindowOpenHandler = contents.setWindowOpenHandler.bind(contents);
  contents.setWindowOpenHandler = (handler) =>
    setWindowOpenHandler((details) => {
      const answer = handler(details);
      if (answer.action === 'deny') say({ refused: 'window', url: details.url });
      return answer;
    });
  // After whoever else hears of it.
  setImmediate(() => {
    // Electron's own files ask for it; its documentation does not name it.
    say({ preferences: contents.getLastWebPreferences?.() ?? null, guards: contents.eventNames() });
    contents.on('will-frame-navigate', (event) => {
      if (event.defaultPrevented) say({ refused: 'navigation', url: event.url });
    });
  });
});
app.on('browser-window-created', (_event, window) => {
  for (const [event, state] of [
    ['show', 'shown'],
    ['hide', 'hidden'],
    ['minimize', 'minimized'],
  ])
    window.on(event, () => say({ window: state }));
});
watch(BrowserWindow.prototype, 'center', () => say({ window: 'centred' }));

const handlers = new Map();
watch(ipcMain, 'handle', (channel, handler) => handlers.set(channel, handler));
void app.whenReady().then(() => {
  const { defaultSession } = session;
  const { webRequest } = defaultSession;
  if (DESKTOP_PROXY) defaultSession.resolveProxy = () => Promise.resolve(DESKTOP_PROXY);
  // As Electron: whatever nobody refuses is granted.
  let asked = (_contents, _permission, answer) => answer(true);
  let checked = () => true;
  let device = () => true;
  let request = (_details, answer) => answer({});
  watch(defaultSession, 'setPermissionRequestHandler', (handler) => (asked = handler));
  watch(defaultSession, 'setPermissionCheckHandler', (handler) => (checked = handler));
  watch(defaultSession, 'setDevicePermissionHandler', (handler) => (device = handler));
  const onBeforeRequest = webRequest.onBeforeRequest.bind(webRequest);
  webRequest.onBeforeRequest = (handler) => {
    request = handler;
    onBeforeRequest((details, answer) =>
      handler(details, (outcome) => {
        if (outcome.cancel) say({ refused: 'request', url: details.url });
        answer(outcome);
      }),
    );
  };
  doers.permission = ({ permission }) =>
    asked(null, permission, (isAsked) =>
      say({
        permission,
        isGranted: isAsked || checked(null, permission) || device({ deviceType: permission }),
      }),
    );
  doers.request = ({ url }) =>
    request({ url }, ({ cancel }) => say({ request: url, mayGo: cancel !== true }));
  // The screen is taken away, and another one stands elsewhere.
  doers['change-screen'] = () => {
    screen.getAllDisplays = () => [{ workArea: { x: 4000, y: 0, width: 1280, height: 800 } }];
  };
  say({ began, schemes });
});

// After the program, which listens by the time that it opens a window.
app.once('browser-window-created', () => {
  session.defaultSession.on('will-download', (event, item) => {
    if (event.defaultPrevented) {
      say({ refused: item.getURL() });
      return;
    }
    // The person takes the place that is proposed.
    const { defaultPath } = item.getSaveDialogOptions();
    if (!defaultPath) throw new Error('the save dialog has no place to begin with');
    item.setSavePath(defaultPath);
    item.once('done', () => say({ saved: item.getSavePath() }));
  });
});

const first = () => BrowserWindow.getAllWindows()[0];
doers['close-window'] = () => first().close();
// As by the system: it does not ask the program.
doers['destroy-window'] = () => first().destroy();
doers.press = ({ input }) => first().webContents.emit('before-input-event', { preventDefault() {} }, input);
/** The person opens the menu of what is under the pointer. */
doers['context-menu'] = ({ params }) =>
  first().webContents.emit('context-menu', {}, { selectionText: '', editFlags: {}, ...params });
doers['second-instance'] = ({ argv }) => app.emit('second-instance', {}, argv);
doers['open-url'] = ({ url }) => app.emit('open-url', { preventDefault() {} }, url);
doers.power = ({ event }) => powerMonitor.emit(event);
doers['turn-dark'] = () => {
  // A theme of the program's own would leave the panels of Windows as they are.
  give(nativeTheme, 'shouldUseDarkColors', true);
  give(nativeTheme, 'shouldUseDarkColorsForSystemIntegratedUI', true);
  nativeTheme.emit('updated');
};
doers.channels = () => say({ channels: [...handlers.keys()] });
const hear = (event, says) =>
  Promise.resolve()
    .then(() => handlers.get('parley:command')(event, 'snapshot', null))
    .then(
      () => say({ ...says, isAnswered: true }),
      () => say({ ...says, isAnswered: false }),
    );
/** A message from some other frame than the window's own, as a page that broke out of it would send; `null`: it has gone. */
doers.ipc = ({ frame }) => {
  const sender = first().webContents;
  const senderFrame = frame === 'own' ? sender.mainFrame : frame === null ? null : { url: frame };
  void hear({ sender: frame === 'own' ? sender : { mainFrame: senderFrame }, senderFrame }, { ipc: frame });
};
/** A frame of our own page is not the window's own frame. */
doers['ipc-of-frame-inside'] = ({ url }) =>
  void hear({ sender: first().webContents, senderFrame: { url } }, { inside: url });
