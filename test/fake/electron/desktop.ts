// The desktop around the stand-in's windows: tray, menus, notifications. What happens to it is seen, and what a person
// would do to it is done, by what is loaded before the program: observe.cjs.

import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { argument, onlyWhenReady } from './stage.ts';

interface Observer {
  readonly parleySay?: (what: Readonly<Record<string, unknown>>) => void;
  readonly parleyAsked?: (asked: unknown) => void;
}

/** Says what only the stand-in can know. */
export const say = (what: Readonly<Record<string, unknown>>): void =>
  (globalThis as Observer).parleySay?.(what);

/** Hears the test, a line of JSON each, from the moment the program is ready. */
export function listen(): void {
  createInterface({ input: process.stdin }).on('line', (line) =>
    (globalThis as Observer).parleyAsked?.(JSON.parse(line)),
  );
}

interface Image {
  setTemplateImage(isTemplate: boolean): void;
  isTemplateImage(): boolean;
}

export const nativeImage = {
  createFromPath(path: string): Image {
    // Electron gives an empty picture, and nobody sees the tray.
    if (!existsSync(path)) throw new Error(`there is no picture ${path}`);
    let isTemplate = false;
    return {
      setTemplateImage(is) {
        isTemplate = is;
      },
      isTemplateImage: () => isTemplate,
    };
  },
};

export const nativeTheme = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: false,
  shouldUseDarkColorsForSystemIntegratedUI: false,
});

interface Options {
  readonly label?: string;
  readonly role?: string;
  readonly type?: string;
  readonly checked?: boolean;
  readonly submenu?: readonly Options[];
  readonly click?: () => void;
}
interface Item extends Omit<Options, 'submenu'> {
  readonly submenu?: Menu;
}

const TYPES: readonly string[] = ['normal', 'separator', 'submenu', 'checkbox', 'radio'];

export class Menu {
  readonly items: readonly Item[];

  constructor(items: readonly Item[]) {
    this.items = items;
  }

  static buildFromTemplate(items: readonly Options[]): Menu {
    if (!Array.isArray(items))
      throw new TypeError('Invalid template for Menu: Menu template must be an array');
    return new Menu(
      (items as readonly Options[]).map(({ submenu, ...item }) => {
        const { label, role, type = 'normal' } = item;
        if (label === undefined && role === undefined && type !== 'separator')
          throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
        if (!TYPES.includes(type)) throw new Error(`Unknown menu item type: ${type}`);
        return submenu === undefined ? item : { ...item, submenu: Menu.buildFromTemplate(submenu) };
      }),
    );
  }

  static setApplicationMenu(_menu: Menu | null): void {}

  popup(): void {}
}

export class Tray extends EventEmitter {
  #isDestroyed = false;

  constructor(_image: Image) {
    super();
    onlyWhenReady('Cannot create Tray before app is ready');
  }

  #mustBeThere(): void {
    if (this.#isDestroyed) throw new Error('Tray is destroyed');
  }

  setImage(_image: Image): void {
    this.#mustBeThere();
  }

  setToolTip(tip: string): void {
    this.#mustBeThere();
    argument(0, tip, 'string');
  }

  setContextMenu(_menu: Menu): void {
    this.#mustBeThere();
  }

  destroy(): void {
    this.#isDestroyed = true;
  }
}

interface NotificationOptions {
  readonly title: string;
  readonly body: string;
  readonly silent: boolean;
  readonly hasReply?: boolean;
  readonly actions?: readonly { readonly text: string }[];
}

export class Notification extends EventEmitter {
  constructor(options: NotificationOptions) {
    super();
    onlyWhenReady('Cannot create Notification before app is ready');
    Object.assign(this, { hasReply: false, actions: [], ...options });
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {}
  close(): void {}
}

export const screen = {
  getAllDisplays() {
    onlyWhenReady("The 'screen' module can't be used before the app 'ready' event");
    return [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
  },
};
