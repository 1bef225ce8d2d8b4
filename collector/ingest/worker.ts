/** The ingest thread: socket, clock and database around `Ingest`. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { agentKey } from '../../base/authentication.ts';
import { startCheckpoints } from '../../base/checkpoints.ts';
import { InputError, reasonOf, WorldError } from '../../base/errors.ts';
import { openLog } from '../../base/log.ts';
import { layoutArchives } from '../archive/layout.ts';
import type { HostMessage } from '../hosts/messages.ts';
import { openSamples } from '../store/block-store.ts';
import { Ingest } from './ingest.ts';
import { Journal } from './journal.ts';
import { kernelDrops, ownSockets } from './kernel-drops.ts';
import type { SummaryBlock } from './rebuild.ts';
import type { RebuildData } from './rebuilder.ts';
import { SWEEP_SECONDS } from './recovery.ts';
import { openReceiver, type Receiver } from './socket.ts';
import type { FromIngest, IngestThreadData, ToIngest } from './thread.ts';

/** Milliseconds after the second at which its samples are in: agents send within some tens of milliseconds. */
const SECOND_DELAY_MS = 400;
/** How often the kernel's counter of dropped datagrams is read. */
const DROPS_EVERY_SECONDS = 5;
/** So long after the last dropped datagram the page still says so. */
const DROPS_SHOWN_MS = 60_000;

/** Pages in the log from which this thread itself would move them (256 MB; 10,000 hosts write 60 MB a minute): the checkpoint thread has failed then. */
const OWN_CHECKPOINT_PAGES = 65_536;

const log = openLog('collector');

async function runThread(data: IngestThreadData, main: MessagePort): Promise<void> {
  const archives = layoutArchives(data.archives);
  const file = join(data.data, 'samples.db');
  const database = openSamples(file, archives);
  database.pragma(`wal_autocheckpoint = ${OWN_CHECKPOINT_PAGES}`);
  const threads = new Set<MessagePort>();
  const publish = (message: HostMessage) => {
    for (const thread of threads) thread.postMessage(message);
  };
  const hint = 'collector.port names another, agent.port the same for the agents';
  const receiver = await openReceiver({ ...data, heard: { who: 'agents', hint } }, log);
  const { secret } = data;
  let rebuilder: Worker | undefined;
  const ingest: Ingest = new Ingest(
    {
      database,
      archives,
      journal: data.journal ? new Journal(join(data.data, 'journal')) : undefined,
      keyOf: (agent) => secret && agentKey(secret, agent),
      open: data.open,
      hostsMax: data.hostsMax,
      heartbeatSeconds: data.heartbeatSeconds,
      publish,
      ports: {
        send: (datagram, to) => receiver.send(datagram, to),
        nonce: (size) => randomBytes(size),
        random: Math.random,
      },
      rebuild: (range) => {
        rebuilder = startRebuilder({ file, archives: data.archives, range }, ingest);
      },
      log,
    },
    Date.now(),
  );
  const replayed = ingest.replay();
  if (replayed > 0) log.info('journal-replayed', { datagrams: replayed });
  checkBuffer(ingest, receiver, data.receiveBufferBytes);
  receiver.onDatagram((datagram, sender) => ingest.receive(datagram, sender, Date.now()));
  const stopClock = startClock(ingest, receiver);

  main.on('message', (message: ToIngest) => {
    switch (message.kind) {
      case 'attach':
        for (const known of ingest.hosts.snapshot()) message.port.postMessage(known);
        threads.add(message.port);
        message.port.on('close', () => threads.delete(message.port));
        break;
      case 'remove-host':
        ingest.removeHost(message.number);
        break;
      case 'close':
        stopClock();
        receiver.close();
        stopCheckpoints();
        void rebuilder?.terminate();
        ingest.close(Date.now());
        emptyLog(database);
        database.close();
        for (const thread of threads) thread.close();
        tell(main, { kind: 'closed' });
        main.close();
    }
  });
  const stopCheckpoints = startCheckpoints(file, (error) =>
    log.error('checkpointer', { reason: error.message }),
  );
  tell(main, { kind: 'ready', port: receiver.port });
}

/** Readers in other threads may close later, and could not do it. On a full disk the log stays for the next start. */
function emptyLog(database: Database.Database): void {
  try {
    database.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    log.warn('checkpoint', { reason: reasonOf(error) });
  }
}

/** Summaries of the time before the start take seconds of work: a thread of their own, for that while. */
function startRebuilder(data: RebuildData, ingest: Ingest): Worker {
  const startedMs = performance.now();
  const rebuilder = new Worker(new URL('rebuilder.ts', import.meta.url), {
    workerData: data,
    name: 'rebuild',
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  rebuilder.on('message', (block: SummaryBlock) => ingest.takeSummaries(block));
  rebuilder.on('error', (error) => log.error('rebuilder', { reason: error.message }));
  rebuilder.on('exit', () =>
    log.info('summaries-rebuilt', { durationMs: Math.round(performance.now() - startedMs) }),
  );
  return rebuilder;
}

function tell(main: MessagePort, message: FromIngest): void {
  main.postMessage(message);
}

function checkBuffer(ingest: Ingest, { bufferBytes }: Receiver, wantedBytes: number): void {
  const bytes = bufferBytes / 2;
  const short = bytes < wantedBytes / 2;
  ingest.problems.set('receive-buffer', short ? `${bytes} bytes` : undefined, Date.now());
}

function startClock(ingest: Ingest, { port, isSix }: Receiver): () => void {
  let timer: NodeJS.Timeout;
  const sockets = ownSockets();
  const dropsBefore = kernelDrops(port, isSix, sockets);
  let lastDropMs = Number.NEGATIVE_INFINITY;
  const countDrops = (nowMs: number) => {
    const drops = kernelDrops(port, isSix, sockets) - dropsBefore;
    if (drops > ingest.counters.kernelDrops) lastDropMs = nowMs;
    ingest.counters.kernelDrops = drops;
    const isRecent = nowMs - lastDropMs < DROPS_SHOWN_MS;
    ingest.problems.set('kernel-drops', isRecent ? `${drops} so far` : undefined, nowMs);
  };
  const tick = () => {
    const nowMs = Date.now();
    if (Math.floor(nowMs / 1000) % DROPS_EVERY_SECONDS === 0) countDrops(nowMs);
    ingest.tick(nowMs);
    schedule();
  };
  const schedule = () => {
    const delayMs = 1000 - ((Date.now() - SECOND_DELAY_MS) % 1000);
    timer = setTimeout(tick, delayMs);
  };
  schedule();
  const sweep = setInterval(() => ingest.sweep(Date.now()), SWEEP_SECONDS * 1000);
  return () => {
    clearTimeout(timer);
    clearInterval(sweep);
  };
}

function codeOf(error: unknown): string {
  return error instanceof InputError || error instanceof WorldError ? error.code : 'ingest';
}

if (parentPort) {
  const main = parentPort;
  try {
    await runThread(workerData as IngestThreadData, main);
  } catch (error) {
    tell(main, { kind: 'failed', code: codeOf(error), message: reasonOf(error) });
    main.close();
  }
}
