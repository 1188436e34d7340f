import { type ReactNode, useMemo, useState } from 'react';
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import type { Contact } from '../../shared/model.ts';
import { canonical, label as addressLabel } from '../address.ts';
import { nameOf } from '../store/contact-order.ts';
import { Avatar } from './Avatar.tsx';
import fieldStyles from './Field.module.css';
import styles from './PersonField.module.css';

/** More are not looked through by eye; further letters find the others. */
const SHOWN = 50;

interface Props {
  readonly label: string;
  readonly placeholder: string;
  readonly people: Iterable<Contact>;
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
  readonly before?: ReactNode;
}

/** Somebody, found by name among the contacts or given by address. */
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
  before,
}: Props) {
  const [text, setText] = useState(initial);
  const options = useMemo(() => optionsFor(text, people, others), [text, people, others]);

  const take = (value: string, name: string): void => {
    setText(isForMany ? '' : name);
    onPick(value);
  };
  const takeTyped = (): void => {
    const typed = text.trim();
    if (typed === '') return;
    const named = options.find((one) => one.name.toLocaleLowerCase() === typed.toLocaleLowerCase());
    if (named !== undefined) {
      take(named.value, named.name);
      return;
    }
    let url: string;
    try {
      url = canonical(typed);
    } catch {
      onBad();
      return;
    }
    take(url, addressLabel(url));
  };

  return (
    <ComboBox
      className={`${fieldStyles.field ?? ''} ${styles.field ?? ''}`}
      items={options}
      inputValue={text}
      onInputChange={setText}
      onSelectionChange={(key) => {
        const option = options.find((one) => one.value === key);
        if (option !== undefined) take(option.value, option.name);
      }}
      allowsCustomValue
      allowsEmptyCollection={false}
      menuTrigger="input"
      isInvalid={error !== undefined}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {!isLabelHidden && <Label className={fieldStyles.label ?? ''}>{label}</Label>}
      <span className={`${fieldStyles.box} ${fieldStyles.normal}`}>
        {before}
        <Input
          className={fieldStyles.input ?? ''}
          placeholder={placeholder}
          spellCheck="false"
          onKeyDown={(event) => {
            // With a row of the list chosen by arrows, Enter takes that row.
            if (event.key !== 'Enter' || event.currentTarget.hasAttribute('aria-activedescendant')) return;
            event.preventDefault();
            takeTyped();
          }}
          onBlur={takeTyped}
        />
      </span>
      {error !== undefined && (
        <span className={fieldStyles.error} role="alert">
          {error}
        </span>
      )}
      <Popover className={styles.popover ?? ''}>
        <ListBox className={styles.list ?? ''}>
          {(one: Option) => (
            <ListBoxItem id={one.value} textValue={one.name} className={styles.item ?? ''}>
              <Avatar address={one.value} name={one.name} size="middle" isSilent />
              <span className={styles.words}>
                <span dir="auto">{one.name}</span>
                {one.hint !== '' && <small>{one.hint}</small>}
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

interface Option {
  readonly id: string;
  readonly value: string;
  readonly name: string;
  readonly hint: string;
}

function optionsFor(
  text: string,
  people: Iterable<Contact>,
  others: readonly { readonly value: string; readonly name: string }[],
): Option[] {
  const wanted = text.trim().toLocaleLowerCase();
  const found: Option[] = [];
  for (const { value, name } of others) {
    if (name.toLocaleLowerCase().includes(wanted)) found.push({ id: value, value, name, hint: '' });
  }
  for (const contact of people) {
    if (found.length >= SHOWN) break;
    const name = nameOf(contact);
    const hint = addressLabel(contact.address);
    if (`${name} ${hint}`.toLocaleLowerCase().includes(wanted)) {
      found.push({ id: contact.address, value: contact.address, name, hint });
    }
  }
  return found;
}
