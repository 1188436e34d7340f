import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Contact } from '../../shared/model.ts';
import { canonical, label as addressLabel } from '../address.ts';
import { nameOf } from '../store/contact-order.ts';
import { Avatar } from './Avatar.tsx';
import fieldStyles from './Field.module.css';
import styles from './PersonField.module.css';

/** More are not looked through by eye; further letters find the others. */
const SHOWN = 50;

/** Asked again with each letter, so it is no iterator that runs out. */
interface Contacts {
  values(): Iterable<Contact>;
}

interface Props {
  readonly label: string;
  readonly placeholder: string;
  readonly people: Contacts;
  /** What else may be chosen: a value and its words. */
  readonly others?: readonly { readonly value: string; readonly name: string }[];
  /** A canonical address, or the value of one of `others`. */
  readonly onPick: (value: string) => void;
  /** What was typed is no address. */
  readonly onBad: () => void;
  readonly error?: string | undefined;
  readonly isLabelHidden?: boolean;
  readonly initial?: string;
  /** Emptied after each choice, to choose the next. */
  readonly isForMany?: boolean;
  /** What was typed counts when the field is left, as when Enter is pressed. */
  readonly isTakenOnLeave?: boolean;
  /** The first thing in a dialog that asks for nothing else. */
  readonly autoFocus?: boolean;
  readonly before?: ReactNode;
}

/**
 * Somebody, found by name among the contacts or given by address: a field with a list under it that arrows move in.
 * Nothing else is hidden while the list is open, because it is a help and no question.
 */
export function PersonField({
  label,
  placeholder,
  people,
  others = [],
  onPick,
  onBad,
  error,
  isLabelHidden = false,
  initial = '',
  isForMany = false,
  isTakenOnLeave = false,
  autoFocus = false,
  before,
}: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Not by the attribute: that takes the focus from a menu before it is closed, which then closes what it opened.
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  const [text, setText] = useState(initial);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const options = useMemo(() => optionsFor(text, people, others), [text, people, others]);
  const isListed = isOpen && options.length > 0;
  const chosen = isListed ? options[active] : undefined;

  const close = (): void => {
    setOpen(false);
    setActive(-1);
  };
  const take = ({ value, name }: Pick<Option, 'value' | 'name'>): void => {
    setText(isForMany ? '' : name);
    close();
    onPick(value);
  };
  /** What was typed: the whole of a name in the list, or an address. */
  const takeTyped = (): void => {
    const typed = text.trim();
    if (typed === '') return;
    const named = options.find(({ name }) => name.toLocaleLowerCase() === typed.toLocaleLowerCase());
    if (named !== undefined) {
      take(named);
      return;
    }
    let url: string;
    try {
      url = canonical(typed);
    } catch {
      close();
      onBad();
      return;
    }
    take({ value: url, name: addressLabel(url) });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const { key } = event;
    if (key === 'Enter') {
      event.preventDefault();
      if (chosen === undefined) takeTyped();
      else take(chosen);
    } else if (key === 'Escape' && isListed) {
      // Only the list is closed, not what the field stands in.
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if ((key === 'ArrowDown' || key === 'ArrowUp') && options.length > 0) {
      event.preventDefault();
      setOpen(true);
      const step = key === 'ArrowDown' ? 1 : -1;
      const from = active < 0 && step < 0 ? 0 : active;
      setActive((from + step + options.length) % options.length);
    }
  };

  return (
    <div
      className={`${fieldStyles.field} ${styles.field}`}
      data-invalid={error === undefined ? undefined : ''}
    >
      <label className={isLabelHidden ? fieldStyles.hidden : fieldStyles.label} htmlFor={id}>
        {label}
      </label>
      <span className={`${fieldStyles.box} ${fieldStyles.normal}`}>
        {before}
        <input
          id={id}
          className={fieldStyles.input}
          ref={input}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={isListed}
          aria-controls={`${id}-list`}
          {...(chosen === undefined ? {} : { 'aria-activedescendant': `${id}-${active}` })}
          {...(error === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-error` })}
          autoComplete="off"
          spellCheck="false"
          dir="auto"
          placeholder={placeholder}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setOpen(event.target.value.trim() !== '');
            setActive(-1);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => {
            if (isTakenOnLeave) takeTyped();
            close();
          }}
        />
      </span>
      {error !== undefined && (
        <span className={fieldStyles.error} id={`${id}-error`} role="alert">
          {error}
        </span>
      )}
      {/* The list is moved in by the arrows of the field, and is never a stop of its own. */}
      <div className={styles.list} id={`${id}-list`} role="listbox" aria-label={label} hidden={!isListed}>
        {isListed &&
          options.map((one, index) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={one.value}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              className={styles.item}
              ref={index === active ? scrollTo : undefined}
              // Pressing must not take the focus, or the list would close first.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(one)}
            >
              <Avatar address={one.value} name={one.name} size="small" isSilent />
              <span className={styles.words}>
                <span dir="auto">{one.name}</span>
                {one.hint !== '' && <small>{one.hint}</small>}
              </span>
            </div>
          ))}
      </div>
    </div>
  );
}

const scrollTo = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' });

interface Option {
  readonly value: string;
  readonly name: string;
  readonly hint: string;
}

function optionsFor(
  text: string,
  people: Contacts,
  others: readonly { readonly value: string; readonly name: string }[],
): Option[] {
  const wanted = text.trim().toLocaleLowerCase();
  const found: Option[] = [];
  for (const { value, name } of others) {
    if (name.toLocaleLowerCase().includes(wanted)) found.push({ value, name, hint: '' });
  }
  for (const contact of people.values()) {
    if (found.length >= SHOWN) break;
    const name = nameOf(contact);
    const hint = addressLabel(contact.address);
    if (`${name} ${hint}`.toLocaleLowerCase().includes(wanted)) {
      found.push({ value: contact.address, name, hint });
    }
  }
  return found;
}
