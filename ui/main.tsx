import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/base.css';
import './style/chart.css';
import './style/shell.css';
import './style/overview.css';
import './style/host.css';
import './style/pages.css';
import './style/print.css';
import { App } from './app.tsx';
import { startLive } from './data/live.ts';
import { startRouter } from './data/router.ts';

startRouter();
startLive();
render(<App />, document.getElementById('app')!);
