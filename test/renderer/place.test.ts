import { expect, test } from 'vitest';
import { addressKeeper, followPlace, holdWindow, type Keeper, tabKeeper } from '../../renderer/place.ts';
import { ALICE, openProgram, ScriptedBridge } from './scripted-bridge.tsx';

const BOB = 'impp://b.example/bob';

const remembered = (words = ''): Keeper & { words: string } => {
  const keeper = {
    words,
    read: () => keeper.words,
    keep: (next: string) => {
      keeper.words = next;
    },
  };
  return keeper;
};

test('a window that is made anew is where the one before was', async () => {
  const keeper = remembered();
  const first = await openProgram(new ScriptedBridge());
  followPlace(first, keeper);
  first.view.getState().openConversation(ALICE, BOB);
  const second = await openProgram(new ScriptedBridge());
  followPlace(second, keeper);
  expect(second.view.getState().page).toEqual({ type: 'conversation', account: ALICE, peer: BOB });
  expect(second.view.getState().pane).toBe('conversation');
});

test('settings are no place to come back to, nor is the beginning', async () => {
  const keeper = remembered();
  const program = await openProgram(new ScriptedBridge());
  followPlace(program, keeper);
  program.view.getState().open({ type: 'requests' });
  expect(keeper.words).not.toBe('');
  program.view.getState().open({ type: 'settings', pane: 'appearance' });
  expect(keeper.words).toBe('');
});

test('files that wait to be sent and edits that are not saved hold the window', async () => {
  const keeper = remembered();
  const program = await openProgram(new ScriptedBridge());
  followPlace(program, keeper);
  program.view.getState().openConversation(ALICE, BOB);
  const holder = {};
  holdWindow(holder, true);
  expect(keeper.words).toMatch(/^!\["conversation"/);
  const another = await openProgram(new ScriptedBridge());
  followPlace(another, remembered(keeper.words));
  expect(another.view.getState().page.type).toBe('conversation');
  followPlace(program, keeper);
  holdWindow(holder, false);
  expect(keeper.words).toMatch(/^\["conversation"/);
  const letGo = program.view.getState().guard(() => {});
  expect(keeper.words).toMatch(/^!/);
  letGo();
  expect(keeper.words).not.toMatch(/^!/);
});

test.each(['', 'null', '[]', '["x"', '7', '{"page":{"type":"settings"}}', '[1,2,3]', '%', 'impp://x'])(
  'whatever stands there instead (%s) harms nothing',
  async (words) => {
    const program = await openProgram(new ScriptedBridge());
    followPlace(program, remembered(words));
    expect(['home', 'requests']).toContain(program.view.getState().page.type);
  },
);

test('it is kept in the address of the page, or in the tab', () => {
  const keepers = [addressKeeper(location, history), tabKeeper(sessionStorage)];
  for (const keeper of keepers) {
    keeper.keep('["list","impp://a.example/ä%","x"]');
    expect(keeper.read()).toBe('["list","impp://a.example/ä%","x"]');
  }
  expect(location.hash).not.toContain('"');
});
