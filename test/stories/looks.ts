// Looks at one screen as everybody might have it: in every theme, with text of twice the size, in a narrow window,
// without a pointer, and with as little motion as they want. What is wrong is gathered, so that one walk finds all of it.

import axe from 'axe-core';
import type { Page } from 'playwright-core';

type Axe = { axe: typeof axe };

/** Beside the one that is looked at first, in which all rules are asked. */
const THEMES = ['dark', 'contrast-light', 'contrast-dark'] as const;
const USUAL = { width: 1280, height: 800 };
const NARROW = { width: 480, height: 800 };
/** Of another height, so that the window measures itself anew. */
const LARGE = { width: 1280, height: 790 };

/** Gathers the serious findings of axe, with `rules` only where they are given. */
const find = (page: Page, rules: readonly string[]): Promise<string[]> =>
  page.evaluate(async (wanted) => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
    const { violations } = await (globalThis as unknown as Axe).axe.run(document, {
      resultTypes: ['violations'],
      ...(wanted.length === 0 ? {} : { runOnly: { type: 'rule' as const, values: [...wanted] } }),
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' ')}`);
  }, rules);

/** Text that is cut off, and does not say so by an ellipsis; and what stands outside of the window. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const isText = (element: Element): boolean =>
      [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
      );
    const scrolls = (element: Element): boolean => /auto|scroll/.test(getComputedStyle(element).overflowX);
    if (document.documentElement.scrollWidth > innerWidth + 1) found.push('the window scrolls sideways');
    for (const element of document.body.querySelectorAll<HTMLElement>('*')) {
      if (!isText(element) || element.closest('svg, option, [aria-hidden="true"]') !== null) continue;
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      // What is for screen readers alone has no room on purpose.
      if (box.width <= 1 || box.height <= 1 || style.visibility === 'hidden') continue;
      const words = `<${element.localName}> ${element.textContent.trim().slice(0, 60)}`;
      let scrolled: Element | null = element;
      const isHidden = (one: Element): boolean => one.getBoundingClientRect().width <= 1;
      while (scrolled !== null && !scrolls(scrolled) && !isHidden(scrolled))
        scrolled = scrolled.parentElement;
      if (scrolled === null && (box.right > innerWidth + 1 || box.left < -1)) found.push(`outside: ${words}`);
      for (let around: HTMLElement | null = element; around !== null; around = around.parentElement) {
        const { overflowX, textOverflow, webkitLineClamp } = getComputedStyle(around);
        // What is scrolled to is not cut off.
        if (scrolls(around)) break;
        if (overflowX !== 'hidden' && overflowX !== 'clip') continue;
        const isSaid = textOverflow === 'ellipsis' || webkitLineClamp !== 'none';
        const edge = around.getBoundingClientRect();
        if (edge.width <= 1) break;
        const isWider =
          around === element
            ? around.scrollWidth > around.clientWidth + 1
            : box.right > edge.right + 1 || box.left < edge.left - 1;
        // Half a line is what fonts differ by; below it, a line is lost.
        const isHigher = around === element && around.scrollHeight > around.clientHeight + box.height / 2;
        if (!isSaid && (isWider || isHigher)) found.push(`cut off: ${words}`);
        break;
      }
    }
    return [...new Set(found)];
  });

/** What moves although no motion is wanted. */
const moving = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.body.querySelectorAll('*')].flatMap((element) => {
      const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
      const isMoving = animationName !== 'none' && !/^0s(, 0s)*$/.test(animationDuration);
      return isMoving || !/^0s(, 0s)*$/.test(transitionDuration)
        ? [`moves: <${element.localName} class="${element.getAttribute('class') ?? ''}">`]
        : [];
    }),
  );

/** What a pointer can press and no key leads to: neither Tab nor the arrows of a group that Tab leads to. */
const unreachable = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const CONTROLS =
      'button, a[href], input, select, textarea, summary, [role="button"], [role="option"], [role^="menuitem"], [role="switch"], [role="slider"]';
    const GROUPS = ['menu', 'listbox', 'radiogroup', 'toolbar', 'grid', 'list', 'log', 'tablist'];
    const isStop = (element: Element): boolean => element instanceof HTMLElement && element.tabIndex >= 0;
    /** Tab gets into it, or it is where keys go while a field has the focus. */
    const isEntered = (group: Element): boolean =>
      isStop(group) ||
      [...group.querySelectorAll('*')].some(isStop) ||
      group.contains(document.activeElement) ||
      document.querySelector(`[aria-controls~="${CSS.escape(group.id)}"]`) !== null;
    const heard = (element: Element): Readonly<Record<string, unknown>> => {
      // Where React keeps what an element was given.
      const key = Object.keys(element).find((name) => name.startsWith('__reactProps$')) ?? '';
      return (element as unknown as Record<string, Readonly<Record<string, unknown>>>)[key] ?? {};
    };
    /** What hands the focus on inside of it; a mere group where it hears keys. */
    const groupOf = (element: Element): Element | null => {
      for (let one = element.parentElement; one !== null; one = one.parentElement) {
        if (GROUPS.includes(one.role ?? '')) return one;
        if (one.role === 'group' && heard(one)['onKeyDown'] !== undefined) return one;
      }
      return null;
    };
    const found: string[] = [];
    for (const element of document.body.querySelectorAll('*')) {
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || !element.checkVisibility({ visibilityProperty: true })) continue;
      if (element.closest('[aria-hidden="true"], [inert]') !== null || isStop(element)) continue;
      const words = `<${element.localName} class="${element.getAttribute('class') ?? ''}"> ${(element.getAttribute('aria-label') ?? element.textContent).slice(0, 40)}`;
      if (element.matches(CONTROLS)) {
        if (element.matches(':disabled, [aria-disabled="true"]')) continue;
        const group = groupOf(element);
        if (group === null || !isEntered(group)) found.push(`no key leads to ${words}`);
        continue;
      }
      const { onClick, onDoubleClick, onMouseDown, onPointerDown, onKeyDown } = heard(element);
      const isPressed = [onClick, onDoubleClick, onMouseDown, onPointerDown].some((one) => one !== undefined);
      const hasControl = element.querySelector(CONTROLS) !== null || element.closest(CONTROLS) !== null;
      if (isPressed && onKeyDown === undefined && !hasControl && !element.matches('label'))
        found.push(`only a pointer presses ${words}`);
    }
    return found;
  });

export class Looks {
  readonly #page: Page;
  readonly findings: string[] = [];

  private constructor(page: Page) {
    this.#page = page;
  }

  /** The page is to be in its usual size, and light. */
  static async of(page: Page): Promise<Looks> {
    await page.evaluate(axe.source);
    return new Looks(page);
  }

  /**
   * Looks at what is on the screen now. `again` opens it once more, where it hangs on something that moves when the
   * window changes.
   */
  async at(name: string, again?: () => Promise<void>): Promise<void> {
    const page = this.#page;
    const note = (how: string, found: readonly string[]): void => {
      this.findings.push(...[...new Set(found)].map((one) => `${name}, ${how}: ${one}`));
    };
    const theme = (value: string): Promise<void> =>
      page.evaluate((wanted) => {
        document.documentElement.dataset['theme'] = wanted;
      }, value);
    const scale = (value: number): Promise<void> =>
      page.evaluate((wanted) => {
        document.documentElement.style.setProperty('--text-scale', String(wanted));
      }, value);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await theme('light');
    note('light', await find(page, []));
    note('without motion', await moving(page));
    note('without a pointer', await unreachable(page));
    for (const each of THEMES) {
      // oxlint-disable-next-line no-await-in-loop
      await theme(each);
      // oxlint-disable-next-line no-await-in-loop
      note(each, await find(page, ['color-contrast']));
    }
    await theme('light');
    note('usual', await cutOff(page));
    const anew = async (change: () => Promise<void>): Promise<void> => {
      if (again !== undefined) await page.keyboard.press('Escape');
      await change();
      await again?.();
    };
    await anew(() => page.setViewportSize(NARROW));
    note('narrow', await cutOff(page));
    await anew(async () => {
      await scale(2);
      await page.setViewportSize(LARGE);
    });
    note('at 200 %', await cutOff(page));
    await anew(async () => {
      await scale(1);
      await page.setViewportSize(USUAL);
    });
  }
}
