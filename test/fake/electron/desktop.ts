// The desktop around the stand-in's windows: tray, menus, notifications. What happens to it is said as a line
// `stand-in says {...}`; what a person would do to it is asked for as a line of JSON on stdin, `{"do": ...}`.

import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { sep } from 'node:path';
import { createInterface } from 'node:readline';
import { argument, onlyWhenReady } from './stage.ts';

/** Says what the program did to the desktop. */
export const say = (what: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`stand-in says ${JSON.stringify(what)}\n`);
};

type Asked = Readonly<Record<string, unknown>>;
const doers = new Map<string, (asked: Asked) => void>();

/** What is to be done when a test asks for it. */
export const whenAsked = (name: string, does: (asked: Asked) => void): void => {
  doers.set(name, does);
};

/** Hears the test, from the moment the program is ready. */
export function listen(): void {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const asked = JSON.parse(line) as Asked;
    const does = doers.get(String(asked['do']));
    if (does === undefined) throw new Error(`the stand-in cannot do ${line}`);
    does(asked);
  });
}

interface Image {
  readonly path: string;
  isTemplate: boolean;
  setTemplateImage(isTemplate: boolean): void;
}

export const nativeImage = {
  createFromPath(path: string): Image {
    // Electron gives an empty picture, and nobody sees the tray.
    if (!existsSync(path)) throw new Error(`there is no picture ${path}`);
    const image: Image = {
      path: path.split(sep).slice(-2).join('/'),
      isTemplate: false,
      setTemplateImage(isTemplate) {
        image.isTemplate = isTemplate;
      },
    };
    return image;
  },
};

export const nativeTheme = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: false,
  shouldUseDarkColorsForSystemIntegratedUI: false,
});
whenAsked('turn-dark', () => {
  nativeTheme.shouldUseDarkColors = true;
  nativeTheme.shouldUseDarkColorsForSystemIntegratedUI = true;
  nativeTheme.emit('updated');
});

interface Item {
  readonly label?: string;
  readonly role?: string;
  readonly type?: string;
  readonly checked?: boolean;
  readonly submenu?: readonly Item[];
  readonly click?: () => void;
}

const TYPES: readonly string[] = ['normal', 'separator', 'submenu', 'checkbox', 'radio'];

export class Menu {
  readonly items: readonly Item[];

  constructor(items: readonly Item[]) {
    this.items = items;
  }

  static buildFromTemplate(items: readonly Item[]): Menu {
    if (!Array.isArray(items))
      throw new TypeError('Invalid template for Menu: Menu template must be an array');
    for (const { label, role, type = 'normal', submenu } of items as readonly Item[]) {
      if (label === undefined && role === undefined && type !== 'separator')
        throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
      if (!TYPES.includes(type)) throw new Error(`Unknown menu item type: ${type}`);
      if (submenu !== undefined) Menu.buildFromTemplate(submenu);
    }
    return new Menu(items);
  }

  static setApplicationMenu(menu: Menu | null): void {
    say({ menu: menu === null ? null : menu.words() });
    whenAsked('application-menu', ({ label }) => menu?.press(String(label)));
  }

  popup(): void {
    say({ popup: this.words() });
    whenAsked('popup-menu', ({ label }) => this.press(String(label)));
  }

  words(items = this.items): string[] {
    return items.flatMap(({ label, role, type, checked, submenu }) =>
      type === 'separator'
        ? []
        : [`${label ?? role}${checked === true ? ' *' : ''}`, ...(submenu ? this.words(submenu) : [])],
    );
  }

  press(label: string): void {
    const find = (items: readonly Item[]): Item | undefined =>
      items.find((item) => item.label === label) ??
      items.flatMap(({ submenu }) => (submenu ? (find(submenu) ?? []) : []))[0];
    const item = find(this.items);
    if (item?.click === undefined) throw new Error(`the menu has no ${label}`);
    item.click();
  }
}

export class Tray extends EventEmitter {
  #image: Image;
  #tip = '';
  #menu: Menu | undefined;

  constructor(image: Image) {
    super();
    onlyWhenReady('Cannot create Tray before app is ready');
    this.#image = image;
    whenAsked('tray-click', () => this.emit('click'));
    whenAsked('tray-menu', ({ label }) => this.#menu?.press(String(label)));
  }

  #isDestroyed = false;
  #mustBeThere(): void {
    if (this.#isDestroyed) throw new Error('Tray is destroyed');
  }

  setImage(image: Image): void {
    this.#mustBeThere();
    this.#image = image;
  }

  setToolTip(tip: string): void {
    this.#mustBeThere();
    argument(0, tip, 'string');
    this.#tip = tip;
  }

  setContextMenu(menu: Menu): void {
    this.#mustBeThere();
    this.#menu = menu;
    const { path, isTemplate } = this.#image;
    say({ tray: { image: path, isTemplate, tip: this.#tip, menu: menu.words() } });
  }

  destroy(): void {
    this.#isDestroyed = true;
    say({ tray: null });
  }
}

interface NotificationOptions {
  readonly title: string;
  readonly body: string;
  readonly silent: boolean;
  readonly hasReply?: boolean;
  readonly actions?: readonly { readonly text: string }[];
}

/** The system shows all, unless the environment says that it refuses. */
export class Notification extends EventEmitter {
  static readonly #shown = new Set<Notification>();
  readonly #options: NotificationOptions;

  constructor(options: NotificationOptions) {
    super();
    onlyWhenReady('Cannot create Notification before app is ready');
    this.#options = options;
  }

  static isSupported(): boolean {
    return true;
  }

  static act(asked: Asked, does: (notification: Notification) => void): void {
    const found = [...Notification.#shown].find((one) => one.#options.title === asked['title']);
    if (found === undefined) throw new Error(`no notification is titled ${String(asked['title'])}`);
    does(found);
  }

  show(): void {
    const refusal = process.env['STAND_IN_REFUSES'];
    if (refusal !== undefined) {
      this.emit('failed', {}, refusal);
      return;
    }
    Notification.#shown.add(this);
    say({ notification: this.#options });
    setImmediate(() => this.emit('show'));
  }

  close(): void {
    if (Notification.#shown.delete(this)) say({ withdrawn: this.#options.title });
  }
}
whenAsked('notification-click', (asked) => Notification.act(asked, (one) => one.emit('click', {})));
whenAsked('notification-action', (asked) =>
  Notification.act(asked, (one) => one.emit('action', { actionIndex: 0 }, 0)),
);
whenAsked('notification-reply', (asked) =>
  Notification.act(asked, (one) => one.emit('reply', { reply: asked['text'] }, asked['text'])),
);

let displays = [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
export const screen = {
  getAllDisplays() {
    onlyWhenReady("The 'screen' module can't be used before the app 'ready' event");
    return displays;
  },
};
/** The screen is taken away, and another one stands elsewhere. */
whenAsked('change-screen', () => {
  displays = [{ workArea: { x: 4000, y: 0, width: 1280, height: 800 } }];
});
