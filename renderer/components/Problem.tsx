import type { Problem } from '../../shared/model.ts';
import { type Subject, wordsFor } from '../i18n/problems.ts';
import { Callout } from './Callout.tsx';

/** What went wrong, where it went wrong: what happened, then what to do. */
export function ProblemCallout({
  problem,
  subject,
}: {
  readonly problem: Problem;
  readonly subject: Subject;
}) {
  const { what, advice } = wordsFor(problem, subject);
  return (
    <Callout kind="bad" isAlert>
      <b>{what}</b>
      {advice !== undefined && ` ${advice}`}
    </Callout>
  );
}
