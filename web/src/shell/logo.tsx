/** The mark: a run that leaves, turns, and lands. */
export function Logo(props: { class?: string }) {
  return (
    <svg viewBox="0 0 32 32" class={props.class} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4f46e5" />
      <g fill="none" stroke-width="2.6" stroke-linecap="round">
        <path d="M8 10.5h7.5a5.5 5.5 0 0 1 0 11H13" stroke="#fff" />
        <path d="M20.5 10.5H24" stroke="#a5b4fc" />
      </g>
      <circle cx="9" cy="21.5" r="2.6" fill="#a5b4fc" />
    </svg>
  );
}
