// A thousand schedules of what people write on three computers while connections break, in any place and for any
// time: in the end the two computers of one person show the same history, and the other person the same messages.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../shared/model.ts';
import type { Page } from '../../main/store/messages/pages.ts';
import { urlOf } from './harness.ts';
import { type Device, randomOf, type Scene, Stage } from './schedules.ts';

const SCHEDULES = 1000;
const STEPS = 45;
const EMOJI = ['👍', '🎉', '❤️'];

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

const peerOf = (scene: Scene, device: Device): string => {
  const other = scene.devices.find(({ user }) => user !== device.user);
  return urlOf(other?.user ?? '');
};

const messagesOf = async (scene: Scene, device: Device): Promise<readonly Message[]> => {
  const page = (await device.store.call('readPage', device.key, peerOf(scene, device), {
    limit: 200,
  })) as Page;
  return page.messages;
};

/** What a computer knows of the conversation. */
const viewOf = async (scene: Scene, device: Device) => {
  const messages = await messagesOf(scene, device);
  const conversation = device.mirror.conversation(device.url, peerOf(scene, device));
  const shown = await Promise.all(
    messages.map(async (message) => ({
      messageId: message.messageId,
      isMine: message.isMine,
      text: message.text,
      at: message.at,
      order: message.order,
      quote: message.quote?.messageId,
      reactions: [...message.reactions].sort((one, other) => Number(one.isMine) - Number(other.isMine)),
      correctedAt: message.correctedAt,
      isRetracted: message.isRetracted,
      isRead: message.readAt !== undefined,
      versions: (await device.store.call('listVersions', message.id)) as { at: number; text: string }[],
    })),
  );
  return { shown, unread: conversation?.unread ?? 0, firstUnread: conversation?.firstUnread };
};

/** What both people have to agree on, as the one with `isMine` sees it. */
const agreed = ({ shown }: Awaited<ReturnType<typeof viewOf>>, isMine: boolean) =>
  shown
    .map((message) => ({
      messageId: message.messageId,
      isHis: message.isMine === isMine,
      text: message.text,
      quote: message.quote,
      reactions: message.reactions
        .map((reaction) => `${reaction.isMine === isMine} ${reaction.emoji}`)
        .sort((one, other) => one.localeCompare(other)),
      isRetracted: message.isRetracted,
      versions: message.versions.map(({ text }) => text).sort((one, other) => one.localeCompare(other)),
    }))
    .sort((one, other) => one.messageId.localeCompare(other.messageId));

const act = async (scene: Scene, device: Device, random: () => number, step: number): Promise<void> => {
  const { messages } = device;
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const dice = random();
  const peer = peerOf(scene, device);
  if (dice < 0.15) return messages.read(peer);
  const any = pick(await messagesOf(scene, device));
  if (dice < 0.5 || any === undefined) {
    const quote = any !== undefined && random() < 0.3 ? { quote: any.id } : {};
    await messages.send(peer, { text: `${device.name} ${step}`, ...quote });
  } else if (dice < 0.75) {
    if (any.isRetracted !== true) await messages.writing.react(any.id, pick(['', ...EMOJI]) ?? '');
  } else if (any.isMine && any.isRetracted !== true && any.outcome !== 'failed') {
    if (dice < 0.93) await messages.writing.correct(any.id, `${device.name} ${step} corrected`);
    else await messages.writing.retract(any.id);
  }
};

const play = async (scene: Scene, random: () => number): Promise<void> => {
  for (const device of scene.devices) if (random() < 0.7) await scene.connect(device);
  for (let step = 0; step < STEPS; step++) {
    const device = scene.devices[Math.floor(random() * 3)];
    if (device === undefined) throw new Error('there are three');
    const dice = random();
    if (dice < 0.3) await act(scene, device, random, step);
    else if (dice < 0.75) {
      const isUp = random() < 0.5;
      for (let count = 1 + Math.floor(random() * 6); count > 0; count--) await scene.move(device, isUp);
    } else if (dice < 0.83) device.wire?.cut();
    else if (dice < 0.92) await scene.connect(device);
    else await scene.pass(Math.floor(random() * 3000));
  }
};

test(`${SCHEDULES} schedules end with one history`, { timeout: 300_000 }, async () => {
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const random = randomOf(seed);
    const scene = await stage.devices(seed, random);
    const [desk, phone, hers] = scene.devices;
    await play(scene, random);
    const views = async () => Promise.all([desk, phone, hers].map((device) => viewOf(scene, device)));
    await scene.settle(async () => {
      const [one, two, three] = (await views()) as [View, View, View];
      return (
        JSON.stringify(one) === JSON.stringify(two) &&
        JSON.stringify(agreed(one, true)) === JSON.stringify(agreed(three, false))
      );
    });
    const [one, two, three] = (await views()) as [View, View, View];
    expect(two, `schedule ${seed}: two devices of one account`).toEqual(one);
    expect(agreed(three, false), `schedule ${seed}: the other person`).toEqual(agreed(one, true));
    expect(
      one.shown.every(({ order }) => Number.isInteger(order)),
      `schedule ${seed}: in the log`,
    ).toBe(true);
    scene.close();
  }
});

type View = Awaited<ReturnType<typeof viewOf>>;
