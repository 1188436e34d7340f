import { IconButton } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { formatSize } from '../../../shared/i18n/formats.ts';
import styles from './Composer.module.css';
import type { Attachment } from './use-attachments.ts';

interface Props {
  readonly attachments: readonly Attachment[];
  readonly onRemove: (key: number) => void;
}

/** The files that go with the next message. */
export function AttachmentList({ attachments, onRemove }: Props) {
  if (attachments.length === 0) return null;
  return (
    <ul className={styles.attachments} aria-label={t('composer.files')}>
      {attachments.map(({ key, file }) => (
        <li key={key} className={styles.attachment}>
          <Icon name={file.type.startsWith('image/') ? 'image' : 'file'} size="small" />
          <span className={styles.fileName} dir="auto">
            {file.name}
          </span>
          <span className={styles.fileSize}>{formatSize(file.size)}</span>
          <IconButton
            size="tiny"
            label={t('composer.file.remove', { name: file.name })}
            onPress={() => onRemove(key)}
          >
            <Icon name="close" size="small" />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
