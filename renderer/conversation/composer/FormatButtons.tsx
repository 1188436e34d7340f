import { IconButton } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import styles from './Composer.module.css';
import type { Format } from './formatting.ts';

const FORMATS: readonly Format[] = ['bold', 'italic', 'code', 'quote', 'list', 'link'];

/** Marks for those who do not type them. */
export function FormatButtons({ onFormat }: { readonly onFormat: (format: Format) => void }) {
  return (
    <div className={styles.formats} role="group" aria-label={t('composer.tools')}>
      {FORMATS.map((format) => (
        <IconButton
          key={format}
          size="small"
          label={t(`composer.${format}`)}
          // Pressed with the pointer, the field keeps what is marked in it.
          preventFocusOnPress
          onPress={() => onFormat(format)}
        >
          <Icon name={format} size="small" isDirected={format === 'quote' || format === 'list'} />
        </IconButton>
      ))}
    </div>
  );
}
