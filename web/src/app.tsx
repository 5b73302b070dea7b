import { Navigate, Route, Router, type RouteSectionProps, useLocation } from '@solidjs/router';
import { ErrorBoundary, lazy, Match, Switch } from 'solid-js';
import { JobsPage } from './jobs/jobs-page';
import { restoreSession, session } from './session/session';
import { Shell } from './shell/shell';
import { AfterDelay } from './ui/after-delay';
import { CrashPage } from './ui/crash-page';
import { NotFoundPage } from './ui/not-found-page';

const LoginPage = lazy(() => import('./session/login-page'));
const NewJobPage = lazy(() => import('./jobs/new-job-page'));
const JobPage = lazy(() => import('./jobs/job-page'));
const RunsPage = lazy(() => import('./runs/runs-page'));
const RunPage = lazy(() => import('./runs/run-page'));
const MonitorPage = lazy(() => import('./monitor/monitor-page'));
const DlqPage = lazy(() => import('./dlq/dlq-page'));
const SchedulesPage = lazy(() => import('./schedules/schedules-page'));
const ChannelsPage = lazy(() => import('./channels/channels-page'));

export function App() {
  return (
    <ErrorBoundary fallback={(error) => <CrashPage error={error} />}>
      <Router>
        <Route path="/login" component={LoginPage} />
        <Route path="/" component={SignedIn}>
          <Route path="/" component={() => <Navigate href="/jobs" />} />
          {/* The default page is part of the entry chunk: it is shown without a second round trip. */}
          <Route path="/jobs" component={JobsPage} />
          <Route path="/jobs/new" component={NewJobPage} />
          <Route path="/jobs/:name" component={JobPage} />
          <Route path="/runs" component={RunsPage} />
          <Route path="/runs/:id" component={RunPage} />
          <Route path="/monitor" component={MonitorPage} />
          <Route path="/dlq" component={DlqPage} />
          <Route path="/schedules" component={SchedulesPage} />
          <Route path="/channels" component={ChannelsPage} />
          <Route path="*" component={NotFoundPage} />
        </Route>
      </Router>
    </ErrorBoundary>
  );
}

/** Pages for people who are signed in; others are sent to sign in, and back afterwards. */
function SignedIn(props: RouteSectionProps) {
  const location = useLocation();
  const user = () => {
    const current = session();
    return current.status === 'signed-in' ? current.user : undefined;
  };
  const loginUrl = () => {
    const wanted = `${location.pathname}${location.search}`;
    return wanted === '/' || wanted === '/jobs' ? '/login' : `/login?to=${encodeURIComponent(wanted)}`;
  };
  return (
    <Switch
      fallback={
        <AfterDelay>
          <p class="p-8 text-center text-ink-soft">Signing you in…</p>
        </AfterDelay>
      }
    >
      <Match when={user()}>{(it) => <Shell user={it()}>{props.children}</Shell>}</Match>
      <Match when={session().status === 'signed-out'}>
        <Navigate href={loginUrl()} />
      </Match>
      <Match when={session().status === 'unreachable'}>
        <CrashPage title="Jobflow does not answer" onRetry={() => void restoreSession()}>
          The page is here, but its server is not. It may be starting; try again in a moment.
        </CrashPage>
      </Match>
    </Switch>
  );
}
