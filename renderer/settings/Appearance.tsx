import { useState } from 'react';
import { Label, Radio, RadioGroup, Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import type { Problem, Settings } from '../../shared/model.ts';
import { problemOf } from '../bridge.ts';
import { ProblemCallout } from '../components/Problem.tsx';
import { Segments } from '../components/Segments.tsx';
import { Select } from '../components/Select.tsx';
import { LANGUAGE_FIELD } from '../InLanguage.tsx';
import { LANGUAGE_NAMES, LANGUAGES } from '../../shared/i18n/languages.ts';
import { t } from '../../shared/i18n/t.ts';
import { TEXT_SIZE } from '../../shared/text-size.ts';
import { useProgram, useSettings } from '../store/hooks.ts';
import styles from './Appearance.module.css';
import settingsStyles from './Settings.module.css';
import { Spelling } from './Spelling.tsx';

const THEMES = [
  'system',
  'light',
  'dark',
  'contrast-light',
  'contrast-dark',
] as const satisfies readonly Settings['theme'][];
const DENSITIES = ['comfortable', 'compact'] as const satisfies readonly Settings['density'][];

export function Appearance() {
  const { call } = useProgram();
  const settings = useSettings();
  const [problem, setProblem] = useState<Problem>();
  // Each change goes at once: who holds an arrow key down makes many, and the last one counts.
  const change = (part: Partial<Settings>): void => {
    setProblem(undefined);
    call('settings.change', part).catch((error: unknown) => setProblem(problemOf(error)));
  };
  return (
    <>
      <RadioGroup
        className={styles.themes ?? ''}
        aria-label={t('settings.theme')}
        value={settings.theme}
        onChange={(theme) => change({ theme: theme as Settings['theme'] })}
      >
        {THEMES.map((theme) => (
          <Radio key={theme} value={theme} className={styles.theme ?? ''}>
            <span className={styles.swatch} data-swatch={theme} aria-hidden="true">
              <i />
              <b />
            </span>
            {t(`settings.theme.${theme}`)}
          </Radio>
        ))}
      </RadioGroup>
      <div className={settingsStyles.list}>
        <div className={settingsStyles.option}>
          <span className={settingsStyles.what} aria-hidden="true">
            {t('settings.language')}
          </span>
          <Select
            id={LANGUAGE_FIELD}
            label={t('settings.language')}
            isLabelHidden
            value={settings.language}
            options={[
              { value: 'system', text: t('settings.language.system') },
              ...LANGUAGE_NAMES.map((name) => ({ value: name, text: LANGUAGES[name] })),
            ]}
            onChange={(language) => change({ language })}
          />
        </div>
        <TextSize value={settings.textSize} onChange={(textSize) => change({ textSize })} />
        <div className={settingsStyles.option}>
          <span className={settingsStyles.what} aria-hidden="true">
            {t('settings.density')}
          </span>
          <Segments
            label={t('settings.density')}
            value={settings.density}
            options={DENSITIES.map((density) => ({
              value: density,
              text: t(`settings.density.${density}`),
            }))}
            onChange={(density) => change({ density })}
          />
        </div>
        {problem !== undefined && <ProblemCallout problem={problem} subject={{ attempt: 'other' }} />}
      </div>
      <Spelling onChange={change} />
    </>
  );
}

/** Changes the window when the thumb is let go: while it moves, the window would grow away under the pointer. */
function TextSize({
  value,
  onChange,
}: {
  readonly value: number;
  readonly onChange: (value: number) => void;
}) {
  /** Where the thumb is until the program has followed. */
  const [moving, setMoving] = useState<number>();
  if (moving === value) setMoving(undefined);
  return (
    <Slider
      className={settingsStyles.option ?? ''}
      value={moving ?? value}
      onChange={setMoving}
      onChangeEnd={onChange}
      minValue={TEXT_SIZE.least}
      maxValue={TEXT_SIZE.most}
      step={TEXT_SIZE.step}
    >
      <span className={settingsStyles.what}>
        <Label>{t('settings.text-size')}</Label>
        <small>{t('settings.text-size.hint')}</small>
      </span>
      <span className={styles.slider}>
        <span className={styles.smallA} aria-hidden="true">
          A
        </span>
        <SliderTrack className={styles.track ?? ''}>
          <SliderThumb className={styles.thumb ?? ''} />
        </SliderTrack>
        <span className={styles.largeA} aria-hidden="true">
          A
        </span>
      </span>
      <span className={styles.percent}>{t('settings.percent', { value: moving ?? value })}</span>
    </Slider>
  );
}
