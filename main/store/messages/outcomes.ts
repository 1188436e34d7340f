// How far a message got, and by which steps. An answer that is worse than what is known never takes its place.

import type { MessageStep, Outcome, Problem } from '../../../shared/model.ts';
import type { Database } from '../file/database.ts';

/** `unknown` stands beside `stored`: neither says more than the other. */
const RANKS: Readonly<Record<Outcome, number>> = {
  waiting: 0,
  sent: 1,
  failed: 1,
  expired: 1,
  unknown: 2,
  stored: 2,
  delivered: 3,
};

const isFinal = (outcome: Outcome): boolean => outcome === 'failed' || outcome === 'expired';

const replaces = (next: Outcome, last: Outcome): boolean => {
  if (isFinal(last)) return false;
  // Put back after it was on its way: nobody took it.
  if (next === 'waiting') return last === 'sent' || last === 'waiting';
  return RANKS[next] > RANKS[last] || (RANKS[next] === RANKS[last] && next !== 'unknown');
};

const addStep = (
  db: Database,
  message: number,
  at: number,
  step: MessageStep['step'],
  domain: string | undefined,
  problem: Problem | undefined,
): void => {
  db.run(
    'INSERT INTO steps (message, at, step, domain, problem) VALUES (?, ?, ?, ?, ?)',
    message,
    at,
    step,
    domain ?? problem?.domain ?? null,
    problem === undefined ? null : JSON.stringify(problem),
  );
};

/** Notes a step that is no outcome of the message as a whole. */
export const noteStep = addStep;

/** Writes an outcome, unless a better one is known. */
export const writeOutcome = (
  db: Database,
  message: number,
  outcome: Outcome,
  at: number,
  problem: Problem | undefined,
  domain: string | undefined,
): void => {
  const last = db.get<{ outcome: Outcome | null }>(
    'SELECT outcome FROM messages WHERE id = ?',
    message,
  )?.outcome;
  if (last === undefined || last === null || !replaces(outcome, last)) return;
  db.run(
    'UPDATE messages SET outcome = ?, outcome_at = ?, problem = ? WHERE id = ?',
    outcome,
    at,
    problem === undefined ? null : JSON.stringify(problem),
    message,
  );
  if (outcome !== 'waiting' && (outcome !== last || problem !== undefined))
    addStep(db, message, at, outcome, domain, problem);
};

/** Something proves that the message got at least this far, whatever was thought before; gives whether that is news. */
export const raiseOutcome = (
  db: Database,
  message: number,
  outcome: 'stored' | 'delivered',
  at: number,
): boolean => {
  const last = db.get<{ outcome: Outcome | null }>(
    'SELECT outcome FROM messages WHERE id = ?',
    message,
  )?.outcome;
  if (last === undefined || last === null || RANKS[last] >= RANKS[outcome]) return false;
  db.run(
    'UPDATE messages SET outcome = ?, outcome_at = ?, problem = NULL WHERE id = ?',
    outcome,
    at,
    message,
  );
  addStep(db, message, at, outcome, undefined, undefined);
  db.run(`DELETE FROM outbox WHERE message = ? AND kind = 'message'`, message);
  return true;
};

interface StepRow {
  at: number;
  step: MessageStep['step'];
  domain: string | null;
  problem: string | null;
}

export const outcomeOperations = {
  /** What happened to a message, in order. */
  listSteps(db: Database, id: number): MessageStep[] {
    const message = db.get<{
      is_mine: number;
      received_at: number;
      read_at: number | null;
      outcome: string | null;
    }>('SELECT is_mine, received_at, read_at, outcome FROM messages WHERE id = ?', id);
    if (message === undefined) return [];
    const steps = db
      .all<StepRow>('SELECT at, step, domain, problem FROM steps WHERE message = ? ORDER BY id', id)
      .map(
        (row): MessageStep => ({
          at: row.at,
          step: row.step,
          ...(row.domain === null ? {} : { domain: row.domain }),
          ...(row.problem === null ? {} : { problem: JSON.parse(row.problem) as Problem }),
        }),
      );
    // Where nothing was noted, an own message was written on another device: its domain had it then.
    const isFromHere = message.is_mine === 1 && (steps.length > 0 || message.outcome === 'waiting');
    const first = message.is_mine === 0 ? 'received' : isFromHere ? 'saved' : 'stored';
    const read = message.read_at === null ? [] : [{ at: message.read_at, step: 'read' as const }];
    return [{ at: message.received_at, step: first }, ...steps, ...read];
  },
};
