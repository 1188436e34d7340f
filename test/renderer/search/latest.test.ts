import { expect, test } from 'vitest';
import { latest } from '../../../renderer/search/latest.ts';

/** Answers are given by hand. */
function ask() {
  const asked: { readonly question: string; readonly answer: (error?: Error) => void }[] = [];
  const heard: string[] = [];
  const search = latest(
    (question: string) =>
      new Promise<string>((resolve, reject) => {
        asked.push({
          question,
          answer: (error) => (error === undefined ? resolve(question) : reject(error)),
        });
      }),
    (answer) => heard.push(answer),
    (error) => heard.push(String(error)),
  );
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  return { search, asked, heard, settled };
}

test('one question at a time; of those asked meanwhile only the newest', async () => {
  const { search, asked, heard, settled } = ask();
  search.ask('p');
  search.ask('pa');
  search.ask('pag');
  expect(asked.map(({ question }) => question)).toEqual(['p']);
  asked[0]?.answer();
  await settled();
  expect(asked.map(({ question }) => question)).toEqual(['p', 'pag']);
  expect(heard).toEqual([]);
  asked[1]?.answer();
  await settled();
  expect(heard).toEqual(['pag']);
});

test('what nobody waits for is not told, and the next question is asked all the same', async () => {
  const { search, asked, heard, settled } = ask();
  search.ask('p');
  search.drop();
  asked[0]?.answer(new Error('late'));
  await settled();
  expect(heard).toEqual([]);
  search.ask('q');
  asked[1]?.answer(new Error('broken'));
  await settled();
  expect(heard).toEqual(['Error: broken']);
});
