import { type KeyboardEvent, useEffect, useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Message } from '../../../shared/model.ts';
import { IconButton } from '../../components/Button.tsx';
import { Icon } from '../../components/Icon.tsx';
import { t } from '../../../shared/i18n/t.ts';
import { formatSize } from '../../../shared/i18n/formats.ts';
import { saveFile } from '../../save-file.ts';
import { useProgram } from '../../store/hooks.ts';
import styles from './LargePicture.module.css';
import { type Content, contentOf, isPicture, pictureOf } from './previews.ts';
import { Picture } from './Picture.tsx';

interface Props {
  readonly message: Message;
  /** The index of the file to begin with. */
  readonly first: number;
  readonly onClose: () => void;
}

interface Loaded {
  readonly content: Content;
  /** Absent: it cannot be shown. */
  readonly picture: ImageBitmap | undefined;
}

/** A picture as large as the window; the others of its message are an arrow away. */
export function LargePicture({ message, first, onClose }: Props) {
  const pictures = message.files.filter(isPicture);
  const [place, setPlace] = useState(() => pictures.findIndex(({ index }) => index === first));
  const file = pictures[place];
  const loaded = useLarge(message.id, file?.index);
  if (file === undefined) return null;
  const step = (by: 1 | -1): void =>
    setPlace((before) => Math.max(0, Math.min(pictures.length - 1, before + by)));
  const onKeyDown = (event: KeyboardEvent): void => {
    const isMirrored = document.documentElement.dir === 'rtl';
    if (event.key === 'ArrowRight') step(isMirrored ? -1 : 1);
    else if (event.key === 'ArrowLeft') step(isMirrored ? 1 : -1);
  };
  return (
    <ModalOverlay
      className={styles.overlay ?? ''}
      isOpen
      isDismissable
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className={styles.modal ?? ''}>
        <Dialog className={styles.dialog ?? ''}>
          {/* Arrows go on wherever the focus is in it. */}
          {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
          <div className={styles.view} onKeyDown={onKeyDown}>
            <header className={styles.bar}>
              <Heading slot="title" level={2} className={styles.title ?? ''} dir="auto">
                {file.name}
              </Heading>
              <span className={styles.size}>{formatSize(file.size)}</span>
              {pictures.length > 1 && (
                <>
                  <IconButton
                    label={t('file.picture.previous')}
                    isDisabled={place === 0}
                    onPress={() => step(-1)}
                  >
                    <Icon name="chev-start" isDirected />
                  </IconButton>
                  <IconButton
                    label={t('file.picture.next')}
                    isDisabled={place === pictures.length - 1}
                    onPress={() => step(1)}
                  >
                    <Icon name="chev-end" isDirected />
                  </IconButton>
                </>
              )}
              <IconButton
                label={t('file.save', { name: file.name })}
                isDisabled={loaded === undefined}
                onPress={() => {
                  if (loaded !== undefined) saveFile(file.name, loaded.content.blob);
                }}
              >
                <Icon name="download" />
              </IconButton>
              <IconButton label={t('close')} autoFocus onPress={onClose}>
                <Icon name="close" />
              </IconButton>
            </header>
            {loaded !== undefined && loaded.picture === undefined && (
              <p className={styles.words}>{t('file.picture.bad')}</p>
            )}
            {loaded?.picture !== undefined && (
              <Picture
                picture={loaded.picture}
                name={t('file.picture', { name: file.name })}
                className={styles.picture ?? ''}
              />
            )}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The file and its picture, as sharp as the screen can show it; what is not shown any more is let go. */
function useLarge(id: number, index: number | undefined): Loaded | undefined {
  const { call } = useProgram();
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    if (index === undefined) return;
    let isHere = true;
    let shown: ImageBitmap | undefined;
    const load = async (): Promise<void> => {
      const content = await contentOf(call, id, index);
      const side = Math.max(window.innerWidth, window.innerHeight) * window.devicePixelRatio;
      const picture = await pictureOf(content.blob, side).catch(() => undefined);
      shown = picture;
      if (isHere) setLoaded({ content, picture });
      else picture?.close();
    };
    // Not here any more: the row under it says so.
    load().catch(() => undefined);
    return () => {
      isHere = false;
      setLoaded(undefined);
      shown?.close();
    };
  }, [call, id, index]);
  return loaded;
}
