// Sets the theme before the first paint. A file of its own, because the content security policy allows no inline script.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('jobflow.theme') || 'system';
  } catch {
    // Storage may be blocked; the system's theme is a good answer.
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
