import { useSignal } from '@preact/signals';
import type { ChannelTest } from '../../../wire/http.ts';
import { getJson, messageOf, sendJson } from '../../data/api.ts';
import { useLoaded } from '../../data/load.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { Status } from '../../parts/status.tsx';
import { TableHead } from '../../parts/table-head.tsx';

interface Receiver {
  readonly name: string;
  /** `oncall/email[0]`; none = what is routed here is told to nobody. */
  readonly integrations: readonly string[];
}

/** Who is told of alerts, each with a button that tries it. */
export function Receivers() {
  const { state, reload } = useLoaded(
    () => getJson<readonly Receiver[]>('/api/notify/receivers'),
    '',
  );
  return (
    <section class="panel scroll" aria-label="Receivers">
      <h2>
        Receivers <span class="faint">{state.kind === 'loaded' ? state.value.length : ''}</span>
      </h2>
      {state.kind === 'loaded' ? (
        <table class="list">
          <TableHead columns={['Name', 'Tells', { hidden: 'Test' }]} />
          <tbody>
            {state.value.map((receiver) => (
              <ReceiverLine key={receiver.name} receiver={receiver} />
            ))}
          </tbody>
        </table>
      ) : (
        <NotLoaded state={state} onRetry={reload} />
      )}
    </section>
  );
}

type Outcome =
  | { readonly kind: 'none' | 'sending' }
  | { readonly kind: 'tried'; readonly channels: readonly ChannelTest[] }
  | { readonly kind: 'failed'; readonly message: string };

function ReceiverLine({ receiver: { name, integrations } }: { receiver: Receiver }) {
  const outcome = useSignal<Outcome>({ kind: 'none' });
  const send = async () => {
    outcome.value = { kind: 'sending' };
    try {
      const { channels } = await sendJson<{ readonly channels: readonly ChannelTest[] }>(
        'POST',
        '/api/notify/test',
        { receiver: name },
      );
      outcome.value = { kind: 'tried', channels };
    } catch (error) {
      outcome.value = { kind: 'failed', message: messageOf(error) };
    }
  };
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="wrap">
        {integrations.length > 0 ? (
          <ul class="channels">
            {integrations.map((integration) => (
              <Channel key={integration} integration={integration} outcome={outcome.value} />
            ))}
          </ul>
        ) : (
          <span class="faint">
            nobody; add channels under <code>receivers:</code> of the alerting configuration
          </span>
        )}
        {outcome.value.kind === 'failed' && (
          <p class="failure" role="alert">
            {outcome.value.message}
          </p>
        )}
      </td>
      <td>
        <button
          type="button"
          disabled={integrations.length === 0 || outcome.value.kind === 'sending'}
          aria-label={`Send a test to ${name}`}
          onClick={() => void send()}
        >
          Send a test
        </button>
      </td>
    </tr>
  );
}

/** A way of telling the receiver, and what came of trying it. */
function Channel({ integration, outcome }: { integration: string; outcome: Outcome }) {
  const name = integration.replace(/.*\//, '');
  if (outcome.kind === 'sending') {
    return (
      <li role="status">
        <Status shape="busy">{name}: a test is being sent …</Status>
      </li>
    );
  }
  const tried =
    outcome.kind === 'tried'
      ? outcome.channels.find((channel) => channel.integration === integration)
      : undefined;
  if (!tried) return <li>{name}</li>;
  if (tried.error === null) {
    return (
      <li role="status">
        <Status shape="ok">{name}: delivered</Status>
      </li>
    );
  }
  return (
    <li role="alert">
      <Status shape="crit">
        {name}: <span class="failure">{tried.error}</span>
      </Status>
      {tried.advice && <div class="advice">{tried.advice}</div>}
    </li>
  );
}
