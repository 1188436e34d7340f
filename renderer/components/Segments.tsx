import { Radio, RadioGroup } from 'react-aria-components';
import { formatNumber } from '../../shared/i18n/formats.ts';
import styles from './Segments.module.css';

interface Props<T extends string> {
  /** Its name; the words to be seen stand beside it, hidden from screen readers. */
  readonly label: string;
  /** Absent: none of them. */
  readonly value: T | undefined;
  readonly options: readonly {
    readonly value: T;
    readonly text: string;
    readonly count?: number;
    readonly isDisabled?: boolean;
  }[];
  readonly onChange: (value: T) => void;
}

/** One of a few that are all to be seen, side by side. */
export function Segments<T extends string>({ label, value, options, onChange }: Props<T>) {
  return (
    <RadioGroup
      className={styles.segments ?? ''}
      aria-label={label}
      orientation="horizontal"
      value={value ?? ''}
      onChange={(chosen) => {
        const option = options.find((one) => one.value === chosen);
        if (option !== undefined) onChange(option.value);
      }}
    >
      {options.map((option) => (
        <Radio
          key={option.value}
          value={option.value}
          className={styles.segment ?? ''}
          isDisabled={option.isDisabled === true}
        >
          {option.text}
          {option.count !== undefined && (
            <>
              {' '}
              <span className={styles.count}>{formatNumber(option.count)}</span>
            </>
          )}
        </Radio>
      ))}
    </RadioGroup>
  );
}
