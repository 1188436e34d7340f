import styles from './Mark.module.css';

/** A P that is a speech bubble, with a presence disc in its open corner. */
export function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 0 64 64" role="img" aria-label="Parley">
      <rect x="2" y="2" width="60" height="60" rx="14" className={styles.ground} />
      <g transform="translate(12.6 10.6) scale(1.7)">
        <path
          fill="#fff"
          fillRule="evenodd"
          d="M10 1.5a8 8 0 1 1-1.7 15.82L3.3 23.1A.75.75 0 0 1 2 22.6V9.5a8 8 0 0 1 8-8zm0 4.1a3.9 3.9 0 1 0 0 7.8 3.9 3.9 0 0 0 0-7.8z"
        />
        <circle cx="18.4" cy="19.7" r="3.3" fill="#8fe0a8" />
      </g>
    </svg>
  );
}
