import styles from './Select.module.css';

interface Props<T extends string> {
  readonly label: string;
  readonly id?: string;
  readonly isLabelHidden?: boolean;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly onChange: (value: T) => void;
  readonly isDisabled?: boolean;
}

/** One of a few: the system's own list, which every keyboard and screen reader knows. */
export function Select<T extends string>({
  label,
  id,
  isLabelHidden = false,
  value,
  options,
  onChange,
  isDisabled = false,
}: Props<T>) {
  return (
    <label className={styles.select}>
      <span className={isLabelHidden ? styles.hidden : styles.label}>{label}</span>
      <select
        id={id}
        value={value}
        disabled={isDisabled}
        onChange={({ target }) => {
          const chosen = options.find((option) => option.value === target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}
