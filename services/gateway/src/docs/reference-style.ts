/** The stylesheet of the reference: both themes, wide and narrow. */
export const referenceStyle = `
:root { --ground: #fff; --soft: #f5f6f8; --line: #dfe2e8; --text: #1c2230; --dim: #566076; --link: #1f56c4; --badge: #e6edfb; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #12151c; --soft: #1a1f29; --line: #2d3442; --text: #e7eaf0; --dim: #a3acbd; --link: #8ab4ff; --badge: #22304d; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif;
  display: grid; grid-template: auto 1fr / 17rem minmax(0, 1fr); }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 2; background: var(--ground); padding: .5rem; }
header { grid-column: 1 / -1; position: sticky; top: 0; z-index: 1; display: flex; gap: .75rem; align-items: baseline;
  padding: .75rem 1.25rem; background: var(--ground); border-bottom: 1px solid var(--line); }
.home { font-weight: 700; color: var(--text); }
small, header span { color: var(--dim); }
nav { position: sticky; top: 3.2rem; height: calc(100vh - 3.2rem); overflow-y: auto; padding: 1rem 1.25rem 3rem;
  border-right: 1px solid var(--line); font-size: .875rem; }
nav ul { list-style: none; margin: .25rem 0 .75rem; padding: 0; }
nav li { overflow-wrap: anywhere; }
nav a { display: block; padding: .15rem 0; }
summary { cursor: pointer; font-weight: 600; padding: .25rem 0; }
main { padding: 1.5rem clamp(1rem, 4vw, 3rem) 6rem; max-width: 62rem; }
h1 { margin: 0 0 .5rem; font-size: 1.75rem; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.3rem; }
h3 { margin: 0 0 .5rem; font-size: 1.05rem; display: flex; gap: .6rem; align-items: baseline; overflow-wrap: anywhere; }
h3 a { color: var(--text); }
article { padding: 1.1rem 0; border-top: 1px solid var(--line); }
article:target { background: var(--soft); box-shadow: 0 0 0 .75rem var(--soft); }
p { margin: .5rem 0; max-width: 46rem; }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { margin: .5rem 0; padding: .75rem 1rem; background: var(--soft); border: 1px solid var(--line); border-radius: 6px;
  overflow-x: auto; }
pre code { overflow-wrap: normal; }
.role, .kind { font-size: .75rem; font-weight: 600; color: var(--dim); background: var(--badge); border-radius: 4px; padding: .05rem .45rem; }
.values code { display: inline-block; background: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: 0 .35rem; margin: .15rem 0; }
dl { margin: .5rem 0 0; }
dt { margin-top: .4rem; }
dd { margin: 0 0 0 1.25rem; color: var(--dim); font-size: .9rem; }
dd p { margin: 0; }
@media (max-width: 52rem) {
  body { display: block; }
  nav { position: static; height: auto; max-height: 40vh; border-right: 0; border-bottom: 1px solid var(--line); }
}
`;
