import { describe, expect, test } from 'vitest';
import { chooseMechanism } from '../../../main/connection/login.ts';

const ALL = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN'];
const bound = { isPrivate: true, isBound: true };
const unbound = { isPrivate: true, isBound: false };
const clear = { isPrivate: false, isBound: false };

describe('the mechanism', () => {
  test('is the strongest that both can do', () => {
    expect(chooseMechanism(ALL, bound, undefined)).toBe('SCRAM-SHA-256-PLUS');
    expect(chooseMechanism(ALL, unbound, undefined)).toBe('SCRAM-SHA-256');
    expect(chooseMechanism(['PLAIN'], unbound, undefined)).toBe('PLAIN');
  });

  test('is never weaker than what worked before', () => {
    const weaker: unknown = expect.objectContaining({ code: 'weaker-mechanism' });
    expect(() => chooseMechanism(['SCRAM-SHA-256', 'PLAIN'], bound, 'SCRAM-SHA-256-PLUS')).toThrow(
      weaker as Error,
    );
    expect(() => chooseMechanism(ALL, unbound, 'SCRAM-SHA-256-PLUS')).toThrow(weaker as Error);
    expect(() => chooseMechanism(['PLAIN'], bound, 'SCRAM-SHA-256')).toThrow(weaker as Error);
    expect(chooseMechanism(ALL, bound, 'PLAIN')).toBe('SCRAM-SHA-256-PLUS');
  });

  test('does not give the password away in clear', () => {
    const none: unknown = expect.objectContaining({ code: 'operation-not-supported' });
    expect(() => chooseMechanism(['PLAIN'], clear, undefined)).toThrow(none as Error);
    expect(() => chooseMechanism(['ANONYMOUS', 'X-NEW'], bound, undefined)).toThrow(none as Error);
  });
});
