import { useId } from 'react';
import field from './Field.module.css';

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly isLabelHidden?: boolean;
  /** Milliseconds since 1970. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  /** Earlier times cannot be chosen. */
  readonly min?: number;
}

/** A day and a time of this computer's own zone, in the system's own field. */
export function TimeField({ label, hint, isLabelHidden = false, value, onChange, min }: Props) {
  const id = useId();
  return (
    <div className={field.field}>
      <label className={isLabelHidden ? field.hidden : field.label} htmlFor={id}>
        {label}
      </label>
      <span className={`${field.box} ${field.normal}`}>
        <input
          id={id}
          className={field.input}
          type="datetime-local"
          value={value === undefined ? '' : localTime(value)}
          {...(min === undefined ? {} : { min: localTime(min) })}
          {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
          onChange={({ target }) => {
            const at = new Date(target.value).getTime();
            onChange(Number.isNaN(at) ? undefined : at);
          }}
        />
      </span>
      {hint !== undefined && (
        <span id={`${id}-hint`} className={field.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}

/** `2026-11-21T17:00`, without a zone, as such fields want it. */
export function localTime(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return (
    `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}` +
    `T${two(at.getHours())}:${two(at.getMinutes())}`
  );
}
