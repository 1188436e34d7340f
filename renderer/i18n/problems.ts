import type { Problem } from '../../shared/model.ts';
import { domainOf, label } from '../address.ts';
import { hasMessage, t, type MessageKey } from '../../shared/i18n/t.ts';
import { formatSize } from '../../shared/i18n/formats.ts';
import { timeOfDay } from './times.ts';

/** What was tried; some codes mean another thing for each. */
export type Attempt = 'sign-in' | 'create' | 'connection' | 'watch' | 'message' | 'other';

export interface Subject {
  readonly attempt: Attempt;
  /** Canonical URL or what was typed: whom it was about. */
  readonly address?: string;
  readonly name?: string;
  /** The domain spoken to, if it is not that of the address. */
  readonly domain?: string;
}

export interface Words {
  /** What happened. */
  readonly what: string;
  /** What to do, when there is something. */
  readonly advice?: string;
}

/** The sentence for a problem: the code chooses it, its data fill it. The server's words are for "Details". */
export function wordsFor(problem: Problem, subject: Subject, now = Date.now()): Words {
  const address = subject.address === undefined ? '' : label(subject.address);
  const domain =
    problem.domain ?? subject.domain ?? (subject.address === undefined ? '' : domainOf(subject.address));
  const values = {
    address,
    domain: domain === '' ? t('name.the-domain') : domain,
    name: subject.name ?? address,
    other: problem.other ?? '',
    location: problem.location === undefined ? '' : label(problem.location),
    limit: problem.maxMessageSize === undefined ? '' : formatSize(problem.maxMessageSize),
    time: problem.retryAfter === undefined ? '' : timeOfDay(now + problem.retryAfter * 1000),
  };
  const say = (key: MessageKey): string => (t as (key: MessageKey, values: object) => string)(key, values);
  const what = say(keyFor(problem, subject.attempt));
  const advice = `error.${problem.code}.do`;
  const hasAdvice =
    subject.attempt === 'sign-in' || subject.attempt === 'create' || problem.code === 'invalid-address';
  return hasAdvice && hasMessage(advice) ? { what, advice: say(advice) } : { what };
}

/** One line of both. */
export function sentenceFor(problem: Problem, subject: Subject, now?: number): string {
  const { what, advice } = wordsFor(problem, subject, now);
  return advice === undefined ? what : `${what} ${advice}`;
}

/** Sentences that need a number or a name which the other side may not have given. */
function keyFor(problem: Problem, attempt: Attempt): MessageKey {
  const { code } = problem;
  if (code === 'message-too-large' && problem.maxMessageSize === undefined)
    return 'error.message-too-large.unknown';
  if (code === 'too-many-requests' && problem.retryAfter === undefined)
    return 'error.too-many-requests.unknown';
  if (code === 'certificate-refused' && problem.other !== undefined) return 'error.certificate-refused.other';
  if (code === 'unreachable' && attempt === 'connection') return 'error.unreachable.retrying';
  const special = `error.${code}.${attempt}`;
  return hasMessage(special) ? special : `error.${code}`;
}
