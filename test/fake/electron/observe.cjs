// Loaded by a real Electron before the program (`-r`): says on stdout what the program does to the desktop, in the words
// of the stand-in, and does what a test asks for. Plain CommonJS, as Electron loads it.

const electron = require('electron');
const {
  app,
  BrowserWindow,
  ipcMain,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  session,
  shell,
  Tray,
} = electron;

const say = (what) => process.stdout.write(`stand-in says ${JSON.stringify(what)}\n`);
const doers = {};
globalThis.parleyAsked = (asked) => doers[asked.do]?.(asked);

/** Calls `before` with the arguments of each call of a method, which then goes on as it is. */
const watch = (object, name, before) => {
  const original = object[name];
  object[name] = function (...args) {
    before.call(this, ...args);
    return original.apply(this, args);
  };
};

// As installed: what a program in the making leaves alone is looked at, too.
Object.defineProperty(app, 'isPackaged', { value: true });

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
const press = (items, label) => {
  for (const item of items) {
    if (item.label === label) return item.click();
    if (item.submenu) press(item.submenu.items, label);
  }
};
const createFromPath = nativeImage.createFromPath.bind(nativeImage);
nativeImage.createFromPath = (path) =>
  Object.assign(createFromPath(path), { parleyPath: path.split(/[\\/]/).slice(-2).join('/') });
watch(Tray.prototype, 'setImage', function (image) {
  this.parleyImage = image;
});
watch(BrowserWindow.prototype, 'setOverlayIcon', (image) => say({ overlay: image?.parleyPath ?? null }));
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
  doers['tray-menu'] = ({ label }) => press(menu.items, label);
  doers['tray-click'] = () => this.emit('click');
});

const shown = new Set();
watch(Notification.prototype, 'show', function () {
  shown.add(this);
  const { title, body, silent, actions = [] } = this;
  // Where there is none of them, the stand-in does not name them.
  const more = {
    ...(this.hasReply && { hasReply: true }),
    ...(actions.length > 0 && { actions: actions.map(({ text }) => ({ text })) }),
  };
  say({ notification: { title, body, silent, ...more } });
});
watch(Notification.prototype, 'close', function () {
  if (shown.delete(this)) say({ withdrawn: this.title });
});
const noticeOf = ({ title }) => [...shown].find((one) => one.title === title);
doers['notification-click'] = (asked) => noticeOf(asked)?.emit('click', {});
doers['notification-action'] = (asked) => noticeOf(asked)?.emit('action', { actionIndex: 0 }, 0);
doers['notification-reply'] = (asked) => noticeOf(asked)?.emit('reply', { reply: asked.text }, asked.text);

watch(app, 'setBadgeCount', (badge) => say({ badge }));
watch(app, 'setLoginItemSettings', (login) => say({ login }));
watch(app, 'setAppUserModelId', (appUserModelId) => say({ appUserModelId }));
// Whoever runs the specs keeps their links. Somebody has `pres:` already.
app.getApplicationNameForProtocol = (url) => (url === 'pres:' ? 'Another program' : '');
app.setAsDefaultProtocolClient = (opens) => {
  say({ opens });
  return true;
};
shell.openExternal = (url) => {
  process.stdout.write(`stand-in opens ${url}\n`);
  return Promise.resolve();
};

app.on('web-contents-created', (_event, contents) => {
  // After whoever else hears of it.
  setImmediate(() => say({ preferences: contents.getLastWebPreferences(), guards: contents.eventNames() }));
});
app.on('browser-window-created', (_event, window) => {
  for (const [event, state] of [
    ['show', 'shown'],
    ['hide', 'hidden'],
    ['minimize', 'minimized'],
  ])
    window.on(event, () => say({ window: state }));
});

const handlers = new Map();
watch(ipcMain, 'handle', (channel, handler) => handlers.set(channel, handler));
void app.whenReady().then(() => {
  const { defaultSession } = session;
  let asked = (_contents, _permission, answer) => answer(true);
  let checked = () => true;
  let device = () => true;
  let request = (_details, answer) => answer({});
  watch(defaultSession, 'setPermissionRequestHandler', (handler) => (asked = handler));
  watch(defaultSession, 'setPermissionCheckHandler', (handler) => (checked = handler));
  watch(defaultSession, 'setDevicePermissionHandler', (handler) => (device = handler));
  watch(defaultSession.webRequest, 'onBeforeRequest', (handler) => (request = handler));
  doers.permission = ({ permission }) =>
    asked(null, permission, (isAsked) =>
      say({
        permission,
        isGranted: isAsked || checked(null, permission) || device({ deviceType: permission }),
      }),
    );
  doers.request = ({ url }) =>
    request({ url }, ({ cancel }) => say({ request: url, mayGo: cancel !== true }));
  say({ began, schemes });
});

// After the program, which listens by the time that it opens a window.
app.once('browser-window-created', () => {
  session.defaultSession.on('will-download', (event, item) => {
    if (event.defaultPrevented) {
      process.stdout.write(`stand-in refused ${item.getURL()}\n`);
      return;
    }
    // The person takes the place that is proposed.
    const { defaultPath } = item.getSaveDialogOptions();
    if (defaultPath) item.setSavePath(defaultPath);
    item.once('done', () => process.stdout.write(`stand-in saved ${item.getSavePath()}\n`));
  });
});

const first = () => BrowserWindow.getAllWindows()[0];
doers['close-window'] = () => first()?.close();
doers.press = ({ input }) => first()?.webContents.emit('before-input-event', { preventDefault() {} }, input);
doers['second-instance'] = ({ argv }) => app.emit('second-instance', {}, argv);
doers['open-url'] = ({ url }) => app.emit('open-url', { preventDefault() {} }, url);
doers.activate = () => app.emit('activate');
doers.power = ({ event }) => powerMonitor.emit(event);
doers['turn-dark'] = () => {
  nativeTheme.themeSource = 'dark';
};
doers.channels = () => say({ channels: [...handlers.keys()] });
const hear = (event, says) =>
  Promise.resolve()
    .then(() => handlers.get('parley:command')(event, 'snapshot', null))
    .then(
      () => say({ ...says, isAnswered: true }),
      () => say({ ...says, isAnswered: false }),
    );
doers.ipc = ({ frame }) => {
  const sender = first().webContents;
  const senderFrame = frame === 'own' ? sender.mainFrame : frame === null ? null : { url: frame };
  void hear({ sender: frame === 'own' ? sender : { mainFrame: senderFrame }, senderFrame }, { ipc: frame });
};
doers['ipc-of-frame-inside'] = ({ url }) =>
  void hear({ sender: first().webContents, senderFrame: { url } }, { inside: url });
