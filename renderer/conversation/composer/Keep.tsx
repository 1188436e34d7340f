import {
  Button as AriaButton,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
} from 'react-aria-components';
import { Icon } from '../../components/Icon.tsx';
import menu from '../../components/Menu.module.css';
import { t } from '../../../shared/i18n/t.ts';
import styles from './Composer.module.css';

export type Keeping = 'domain' | 'hour' | 'day' | 'week' | 'now';

const ALL: readonly Keeping[] = ['domain', 'hour', 'day', 'week', 'now'];
const HOUR = 3_600_000;
const TIMES = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR } as const;

/** What a choice means for a message that is sent at `now`. */
export function keepingOf(keeping: Keeping, now: number): { expires?: number; isOnlyNow?: true } {
  if (keeping === 'domain') return {};
  return keeping === 'now' ? { isOnlyNow: true } : { expires: now + TIMES[keeping] };
}

interface Props {
  readonly name: string;
  readonly value: Keeping;
  readonly onChange: (value: Keeping) => void;
}

/** How long the other domain keeps what is written while nobody fetches it. */
export function Keep({ name, value, onChange }: Props) {
  return (
    <MenuTrigger>
      <AriaButton
        className={`${styles.keep} ${value === 'domain' ? '' : styles.chosen}`}
        // What is to be seen comes first, for those who say what they press.
        aria-label={t('composer.keep.label', {
          short: t(`composer.keep.${value}.short`),
          value: t(`composer.keep.${value}`),
        })}
      >
        <Icon name="clock" size="small" />
        {t(`composer.keep.${value}.short`)}
      </AriaButton>
      <Popover className={menu.popover ?? ''} placement="top end">
        <Menu className={menu.menu ?? ''} aria-label={t('composer.keep.title', { name })}>
          <MenuSection
            selectionMode="single"
            selectedKeys={[value]}
            onSelectionChange={(keys) => {
              const [key] = keys === 'all' ? [] : keys;
              const chosen = ALL.find((one) => one === key);
              if (chosen !== undefined) onChange(chosen);
            }}
          >
            <Header className={menu.heading ?? ''}>{t('composer.keep.title', { name })}</Header>
            {ALL.map((one) => (
              <MenuItem key={one} id={one} textValue={t(`composer.keep.${one}`)} className={menu.item ?? ''}>
                {({ isSelected }) => (
                  <>
                    {isSelected ? <Icon name="check" size="small" /> : <span className={menu.space} />}
                    {t(`composer.keep.${one}`)}
                  </>
                )}
              </MenuItem>
            ))}
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
