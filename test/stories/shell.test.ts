// The shell around the window: what was built, and what the window and its program refuse. Each line of
// docs/decisions/023-shell.md is looked at here; who takes one away fails a test.

import { createServer, type Server } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTENT_POLICY, PAGE_HEADERS } from '../../main/host/policy.ts';
import { COMMANDS } from '../../shared/ipc.ts';
import { Desktop } from './desktop.ts';

const OUT = join(import.meta.dirname, '../../out');
/** Octets, compressed. */
const FIRST_SCREEN = 210 * 1024;

const read = (path: string): string => readFileSync(join(OUT, path), 'utf8');
const filesIn = (folder: string, end: RegExp): string[] =>
  readdirSync(join(OUT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => end.test(name))
    .map((name) => join(folder, name));
/** As written in a page's meta element or in a header. */
const directives = (policy: string): Map<string, string[]> =>
  new Map(
    policy.split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(/\s+/);
      return [name, sources];
    }),
  );

describe('what was built', () => {
  const page = read('renderer/index.html');
  const programs = filesIn('main', /\.js$/);

  test('the preload is one CommonJS file that requires electron only', () => {
    expect(filesIn('preload', /\.c?js$/)).toEqual(['preload/index.cjs']);
    const preload = read('preload/index.cjs');
    expect([...preload.matchAll(/\brequire\(([^)]*)\)/g)].map(([, name]) => name)).toEqual(['"electron"']);
    expect(preload).not.toMatch(/^\s*import\b|\bimport\(/m);
    expect([...preload.matchAll(/exposeInMainWorld\(([^,]*)/g)].map(([, name]) => name)).toEqual([
      '"parley"',
    ]);
  });

  test('the policy of the pages lets nothing in but what came with the program', () => {
    const meta = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(meta).toBe(CONTENT_POLICY);
    const policy = directives(CONTENT_POLICY);
    expect(policy.get('default-src')).toEqual(["'none'"]);
    for (const [name, sources] of policy) {
      const allowed = name === 'img-src' ? ["'self'", 'data:'] : ["'self'", "'none'", "'script'", 'default'];
      expect(allowed, name).toEqual(expect.arrayContaining(sources));
    }
    for (const name of ['base-uri', 'form-action', 'script-src', 'connect-src', 'require-trusted-types-for'])
      expect(policy.has(name), name).toBe(true);
    // Without one of their own, frames, objects and workers fall back to default-src.
    for (const name of ['frame-src', 'child-src', 'object-src', 'worker-src', 'media-src', 'manifest-src'])
      expect(policy.has(name), name).toBe(false);
  });

  test('the page has no script or style in it, and nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:|srcdoc/i);
    for (const [, path] of page.matchAll(/(?:src|href)="([^"]*)"/g))
      expect(path).toMatch(/^\.\/assets\/[\w.-]+$/);
    for (const file of filesIn('renderer', /\.js$/))
      expect(read(file), file).not.toMatch(
        /\beval\(|new Function\(|document\.write|importScripts|\bsrcdoc\b/,
      );
    for (const file of filesIn('renderer', /\.css$/)) expect(read(file), file).not.toMatch(/@import|https?:/);
  });

  test('the program turns off nothing that guards it', () => {
    const harmful =
      /webSecurity:\s*(?:false|!1)|allowRunningInsecureContent|experimentalFeatures|enableBlinkFeatures|nodeIntegration\w*:\s*(?:true|!0)|contextIsolation:\s*(?:false|!1)|sandbox:\s*(?:false|!1)|appendSwitch\([^)]*(?:no-sandbox|disable-web-security|ignore-certificate|remote-debugging|site-isolation)|["']certificate-error["']|openDevTools|\.loadFile\(|executeJavaScript|bypassCSP|@electron\/remote/;
    // electron-updater has a session of its own, whose certificates it checks more strictly.
    const harmless = /setCertificateVerifyProc/;
    for (const file of programs) {
      expect(read(file), file).not.toMatch(harmful);
      if (!file.includes('updater')) expect(read(file), file).not.toMatch(harmless);
    }
    const all = programs.map(read).join('\n');
    expect(all.match(/openExternal\(/g)).toHaveLength(1);
    expect(all).toMatch(/\.enableSandbox\(\)/);
  });

  test('the first screen is small', () => {
    const files = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]*\.(?:js|css))"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(files.length).toBeGreaterThan(2);
    const octets = files
      .map((path) => gzipSync(readFileSync(join(OUT, 'renderer', path)), { level: 9 }).length)
      .reduce((sum, length) => sum + length, 0);
    expect(octets).toBeLessThan(FIRST_SCREEN);
  });
});

describe('the window', () => {
  let desktop: Desktop;
  let page: Page;
  let canary: Server;
  let place: string;
  /** What reached a server of somebody else. */
  const reached: string[] = [];

  beforeAll(async () => {
    canary = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.end('here');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => canary.once('listening', resolve));
    place = `127.0.0.1:${(canary.address() as AddressInfo).port}`;
    desktop = await Desktop.start({ platform: process.platform });
    page = await desktop.page();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  });
  afterAll(async () => {
    await desktop.close();
    canary.close();
  });

  test('begins sandboxed, as the only one, with a scheme of its own', () => {
    expect(desktop.all('began')).toEqual([{ sandbox: true, lock: true }]);
    expect(desktop.all('schemes')).toEqual([
      [{ scheme: 'app', privileges: { standard: true, secure: true } }],
    ]);
    expect(page.url()).toMatch(/^(?:https:\/\/app\.invalid|app:\/\/parley)\/index\.html/);
  });

  test('is made without Node, isolated, sandboxed, without developer tools, and goes nowhere', () => {
    expect(desktop.all('preferences')).toEqual([
      expect.objectContaining({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        devTools: false,
      }),
    ]);
    expect(desktop.all('guards')[0]).toEqual(
      expect.arrayContaining([
        'will-navigate',
        'will-frame-navigate',
        'will-redirect',
        'will-attach-webview',
      ]),
    );
  });

  test('has the bridge, frozen, and nothing else of the program', async () => {
    const found = await page.evaluate(() => {
      const names = ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron', 'global'];
      const { parley } = globalThis as unknown as { parley: Record<string, unknown> };
      for (const [name, value] of Object.entries({ invoke: 1, more: 1, on: undefined }))
        Reflect.set(parley, name, value);
      Reflect.deleteProperty(parley, 'on');
      return {
        names: names.filter((name) => name in globalThis),
        members: Object.entries(parley).map(([key, value]) => `${key}: ${typeof value}`),
      };
    });
    expect(found).toEqual({
      names: [],
      members: ['invoke: function', 'on: function'],
    });
  });

  test('sends its policy with every page', async () => {
    const none = [
      '/../main/index.js',
      '/%2e%2e/main/index.js',
      '/..%2fpackage.json',
      '/nothing.js',
      '/assets',
    ];
    // Not by fetch, which our scheme has no privilege for.
    const [own, ...others] = await page.evaluate(
      (paths) =>
        Promise.all(
          paths.map(
            (path) =>
              new Promise<{ status: number; headers: string }>((resolve) => {
                const request = new XMLHttpRequest();
                request.addEventListener('loadend', () =>
                  resolve({ status: request.status, headers: request.getAllResponseHeaders() }),
                );
                request.open('GET', path);
                request.send();
              }),
          ),
        ),
      ['/index.html', ...none],
    );
    const headers = (own?.headers ?? '').trim().split('\r\n');
    expect(headers).toEqual(
      expect.arrayContaining(
        Object.entries(PAGE_HEADERS).map(([name, value]) => `${name.toLowerCase()}: ${value}`),
      ),
    );
    expect(others.map(({ status }) => status)).toEqual(none.map(() => 404));
  });

  test('runs no script that a text brings along', async () => {
    const outcome = await page.evaluate(async () => {
      const seen = globalThis as unknown as { harmed?: string[] };
      seen.harmed = [];
      const violated = new Set<string>();
      document.addEventListener('securitypolicyviolation', (event) => violated.add(event.effectiveDirective));
      const attempts: Record<string, () => void> = {
        'inline script': () => {
          const script = document.createElement('script');
          script.append("harmed.push('inline script')");
          document.body.append(script);
        },
        eval: () => void Reflect.apply(setTimeout, globalThis, ["harmed.push('eval')"]),
        'new Function': () => {
          const made = Reflect.construct(Function, ["harmed.push('function')"]) as () => void;
          made();
        },
        handler: () => {
          const image = document.createElement('img');
          image.setAttribute('onerror', "harmed.push('handler')");
          image.src = 'data:image/png,none';
          document.body.append(image);
        },
        markup: () => {
          document.createElement('div').innerHTML = "<img src=x onerror=harmed.push('markup')>";
        },
        link: () => {
          const link = document.createElement('a');
          link.href = "javascript:harmed.push('link')";
          document.body.append(link);
          link.click();
        },
        blob: () => {
          const script = document.createElement('script');
          script.setAttribute('src', URL.createObjectURL(new Blob(["harmed.push('blob')"])));
          document.body.append(script);
        },
        worker: () => new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))),
      };
      const thrown: string[] = [];
      // What the test itself runs may make functions of texts, as long as it runs.
      await new Promise((resolve) => setTimeout(resolve));
      for (const [name, attempt] of Object.entries(attempts)) {
        try {
          attempt();
        } catch {
          thrown.push(name);
        }
      }
      const late = performance.now() + 5000;
      const isSaid = (): boolean =>
        ['require-trusted-types-for', 'script-src-elem'].every((name) => violated.has(name));
      while (!isSaid() && performance.now() < late) await new Promise((resolve) => setTimeout(resolve, 20));
      // Behind all that was just begun.
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { harmed: seen.harmed, thrown, violated: [...violated].sort() };
    });
    expect(outcome.harmed).toEqual([]);
    expect(outcome.thrown).toEqual(expect.arrayContaining(['new Function', 'handler', 'markup']));
    expect(outcome.violated).toEqual(
      expect.arrayContaining(['require-trusted-types-for', 'script-src-elem']),
    );
  });

  test('fetches nothing from elsewhere', async () => {
    const before = reached.length;
    const failures = await page
      .evaluate(async (host) => {
        const loads = (tag: string, attribute: string, url: string, more: Record<string, string> = {}) =>
          new Promise<string>((resolve) => {
            const element = document.createElement(tag);
            element.onload = () => resolve('loaded');
            element.onerror = () => resolve('refused');
            for (const [name, value] of Object.entries(more)) element.setAttribute(name, value);
            try {
              element.setAttribute(attribute, url);
            } catch {
              resolve('refused');
            }
            document.body.append(element);
            setTimeout(() => resolve('refused'), 300);
          });
        const style = document.createElement('style');
        style.append(`body { background: url(http://${host}/style) }`);
        document.head.append(style);
        navigator.sendBeacon(`http://${host}/beacon`, 'x');
        return Promise.all([
          fetch(`http://${host}/fetch`).then(
            () => 'loaded',
            () => 'refused',
          ),
          new Promise<string>((resolve) => {
            const socket = new WebSocket(`ws://${host}/socket`);
            socket.onopen = () => resolve('loaded');
            socket.onerror = () => resolve('refused');
          }),
          loads('img', 'src', `http://${host}/image`),
          loads('script', 'src', `http://${host}/script`),
          loads('link', 'href', `http://${host}/sheet`, { rel: 'stylesheet' }),
          loads('link', 'href', `http://${host}/ahead`, { rel: 'prefetch' }),
          loads('iframe', 'src', `http://${host}/frame`),
          loads('object', 'data', `http://${host}/object`),
          loads('video', 'src', `http://${host}/video`),
        ]);
      }, place)
      .catch((error: Error) => [error.message]);
    // A frame that is refused says that it has loaded: the empty page in its place.
    expect(failures.filter((_, index) => index !== 6)).toEqual(Array.from({ length: 8 }, () => 'refused'));
    expect(reached.slice(before)).toEqual([]);
  });

  test.each([
    ['http://canary.example/', false],
    ['https://canary.example/', false],
    ['ws://127.0.0.1:1/', false],
    ['file:///etc/passwd', false],
    ['ftp://canary.example/', false],
    ['app://parley.example/index.html', false],
    ['devtools://devtools/bundled/inspector.html', false],
    ['chrome-extension://abc/index.html', false],
    ['app://parley/index.html', true],
    ['blob:app://parley/1', true],
    ['data:image/png,x', true],
  ])('beneath the policy, too: a request for %s goes: %s', async (url, mayGo) => {
    desktop.do('request', { url });
    await desktop.until('request', (one) => one === url);
    expect(desktop.all('mayGo').at(-1)).toBe(mayGo);
  });

  test('goes nowhere and opens nothing', async () => {
    const before = reached.length;
    const address = page.url();
    await page.evaluate((host) => {
      const link = document.createElement('a');
      Object.assign(link, { href: `http://${host}/link`, target: '_blank', id: 'way-out' });
      link.append('out');
      document.body.prepend(link);
    }, place);
    // Without a hand on it Chromium would open nothing by itself.
    await page.locator('#way-out').click();
    await desktop.until('refused', (what) => what === 'window');
    await page.evaluate((host) => {
      document.querySelector('#way-out')?.remove();
      location.href = `http://${host}/location`;
    }, place);
    await desktop.until('refused', (what) => what === 'navigation');
    expect(page.url()).toBe(address);
    await expect.poll(() => page.context().pages().length).toBe(1);
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(reached.slice(before)).toEqual([]);
  });

  test('is granted nothing but to copy', async () => {
    const asked = [
      'clipboard-read',
      'media',
      'display-capture',
      'mediaKeySystem',
      'geolocation',
      'notifications',
      'midi',
      'midiSysex',
      'pointerLock',
      'keyboardLock',
      'fullscreen',
      'openExternal',
      'speaker-selection',
      'storage-access',
      'top-level-storage-access',
      'window-management',
      'idle-detection',
      'fileSystem',
      'hid',
      'serial',
      'usb',
      'unknown',
      'clipboard-sanitized-write',
    ];
    for (const permission of asked) desktop.do('permission', { permission });
    await desktop.until('permission', (one) => one === asked.at(-1));
    const granted = desktop.all('isGranted');
    expect(asked.filter((_, index) => granted[index] === true)).toEqual(['clipboard-sanitized-write']);
  });

  test('hears its own frame only', async () => {
    desktop.do('channels');
    expect(await desktop.until('channels', () => true)).toEqual(['parley:command']);
    const frames = [
      ['own', true],
      [null, false],
      ['https://canary.example/', false],
      ['app://parley.example/index.html', false],
      ['app://parley@canary.example/', false],
      ['file:///index.html', false],
      ['about:blank', false],
    ] as const;
    for (const [frame, isAnswered] of frames) {
      const answers = desktop.all('ipc').length;
      desktop.do('ipc', { frame });
      await expect.poll(() => desktop.all('ipc').length).toBe(answers + 1);
      expect(desktop.all('isAnswered').at(-1), String(frame)).toBe(isAnswered);
    }
    desktop.do('ipc-of-frame-inside', { url: 'app://parley/index.html' });
    await desktop.until('inside', () => true);
    expect(desktop.all('isAnswered').at(-1)).toBe(false);
  });

  test('is answered by a refusal when it asks for what is not on the list, or in another form', async () => {
    const answers = await page.evaluate(async (commands) => {
      const { parley } = globalThis as unknown as {
        parley: { invoke(name: unknown, request?: unknown): Promise<{ ok: boolean; code?: string }> };
      };
      const outcome = (name: unknown, request: unknown): Promise<string> =>
        Promise.resolve()
          .then(() => parley.invoke(name, request))
          .then(
            ({ ok, code }) => (ok ? 'done' : String(code)),
            () => 'thrown',
          );
      const names = [
        'eval',
        'constructor',
        '__proto__',
        'toString',
        '',
        7,
        null,
        ['snapshot'],
        'x'.repeat(1e6),
      ];
      const deep = Array.from({ length: 500 }).reduce<unknown>((inside) => [inside], []);
      const forms = [7, 'text', [], { nothing: 'of that' }, deep, 'x'.repeat(20_000_000)];
      return {
        names: await Promise.all(names.map((name) => outcome(name, null))),
        forms: await Promise.all(forms.map((form) => outcome('message.send', form))),
        commands: await Promise.all(commands.map(async (name) => [name, await outcome(name, 7)] as const)),
        functions: await outcome('message.send', { text: () => 1 }),
      };
    }, COMMANDS);
    expect(new Set(answers.names)).toEqual(new Set(['thrown']));
    expect(new Set(answers.forms)).toEqual(new Set(['invalid-argument']));
    expect(answers.commands.filter(([, outcome]) => outcome !== 'invalid-argument')).toEqual([]);
    expect(answers.functions).toBe('thrown');
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  });

  test('opens outside what is of the web or mail, and nothing else', async () => {
    const open = (url: string): Promise<boolean> =>
      page.evaluate(async (given) => {
        const { parley } = globalThis as unknown as {
          parley: { invoke(name: string, request: unknown): Promise<{ ok: boolean }> };
        };
        return (await parley.invoke('link.open', { url: given })).ok;
      }, url);
    const refused = [
      'file:///etc/passwd',
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'smb://canary.example/share',
      'ms-msdt:/id',
      'search-ms:query=x',
      'chrome://settings',
      'app://parley/index.html',
      'C:\\Windows\\System32\\calc.exe',
      '\\\\canary.example\\share',
      '/usr/bin/xcalc',
      '--version',
      '',
    ];
    for (const url of refused) expect(await open(url), url).toBe(false);
    expect(desktop.all('outside')).toEqual([]);
    expect(await open('https://canary.example/')).toBe(true);
    expect(await desktop.until('outside', () => true)).toBe('https://canary.example/');
  });

  test('comes to the front when the program is started again; the second one ends', async () => {
    desktop.do('close-window');
    await desktop.until('window', (state) => state === 'hidden');
    desktop.do('second-instance', { argv: ['parley'] });
    await desktop.until('window', (state) => state === 'shown');
    const second = await Desktop.toEnd({
      platform: process.platform,
      folder: desktop.folder,
      environment: { STAND_IN_SECOND: '1' },
    });
    expect(second.code).toBe(0);
    expect(second.all('window')).toEqual([]);
  });

  // At the end: Playwright takes a form that is refused for one that is still on its way, and waits.
  test('sends no form', async () => {
    const before = reached.length;
    const violated = await page.evaluate(async (host) => {
      const violation = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      });
      const form = document.createElement('form');
      form.action = `http://${host}/form`;
      document.body.append(form);
      form.submit();
      return violation;
    }, place);
    expect(violated).toBe('form-action');
    expect(reached.slice(before)).toEqual([]);
  });
});
