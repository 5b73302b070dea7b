import { render } from 'solid-js/web';
import { App } from './app';
import { restoreSession } from './session/session';
import './styles.css';

// Asked before anything is drawn: every page waits for its answer.
void restoreSession();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
render(() => <App />, root);
