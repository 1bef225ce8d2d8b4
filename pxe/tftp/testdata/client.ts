/** A strict TFTP client for tests, with faults on demand: loss, repeated acknowledgements, an intruder, an early end. */
import { createSocket } from 'node:dgram';
import { errorPacket } from '../request.ts';

export interface ClientOptions {
  readonly options?: { readonly blksize?: number; readonly windowsize?: number; readonly tsize?: boolean };
  /** Option names and values as they are to be sent, in place of `options`. */
  readonly raw?: readonly string[];
  readonly mode?: string;
  /** Share of packets dropped in each direction. */
  readonly loss?: number;
  readonly seed?: number;
  readonly retryMs?: number;
  readonly repeatAcks?: boolean;
  readonly abortAfterOack?: boolean;
  readonly intruder?: boolean;
}

export interface Fetched {
  readonly bytes: Buffer;
  readonly oack: Map<string, string>;
  readonly dataPackets: number;
  readonly intruderAnswer: Buffer | undefined;
}

export async function fetchFile(
  target: { readonly port: number; readonly file: string; readonly from?: string; readonly opcode?: number },
  { options = {}, raw, mode = 'octet', loss = 0, seed = 1, retryMs = 500, ...faults }: ClientOptions = {},
): Promise<Fetched> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(0, target.from ?? '127.0.0.1', bound));
  const names = raw ?? Object.entries(options).flatMap(([key, value]) => [key, key === 'tsize' ? '0' : String(value)]);
  const request = Buffer.from(
    `\0${String.fromCharCode(target.opcode ?? 1)}${[target.file, mode, ...names].map((text) => `${text}\0`).join('')}`,
    'latin1',
  );
  const drops = randomDrops(seed, loss);
  const oack = new Map<string, string>();
  const blocks: Buffer[] = [];
  let blockSize = 512;
  let windowSize = 1;
  let serverPort = 0;
  let inWindow = 0;
  let dataPackets = 0;
  let intruderAnswer: Buffer | undefined;
  let intruding = faults.intruder === true;

  return new Promise<Fetched>((resolve, reject) => {
    let timer: NodeJS.Timeout;
    let lastSent = request;
    const finish = (error?: Error) => {
      clearTimeout(timer);
      socket.close();
      if (error) reject(error);
      else resolve({ bytes: Buffer.concat(blocks), oack, dataPackets, intruderAnswer });
    };
    let silentTries = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        silentTries += 1;
        if (silentTries > 40) finish(new Error('the server is silent'));
        else {
          if (blocks.length > 0) acknowledge();
          else transmit();
          wait();
        }
      }, retryMs);
    };
    const transmit = () => {
      inWindow = 0;
      if (!drops()) socket.send(lastSent, serverPort || target.port, '127.0.0.1');
    };
    const acknowledge = () => {
      lastSent = Buffer.from([0, 4, (blocks.length >> 8) & 255, blocks.length & 255]);
      transmit();
      if (faults.repeatAcks) socket.send(lastSent, serverPort, '127.0.0.1');
    };
    socket.on('message', (packet, from) => {
      if (serverPort === 0 && from.port !== target.port) serverPort = from.port;
      if (drops()) return;
      const opcode = packet.readUInt16BE(0);
      if (opcode === 5) {
        finish(new Error(`ERROR ${packet.readUInt16BE(2)} ${packet.subarray(4, -1)}`));
        return;
      }
      silentTries = 0;
      wait();
      if (opcode === 6) {
        if (blocks.length > 0) return;
        const strings = packet.subarray(2, -1).toString('latin1').split('\0');
        for (let at = 0; at + 1 < strings.length; at += 2) oack.set(strings[at]!, strings[at + 1]!);
        blockSize = Number(oack.get('blksize') ?? 512);
        windowSize = Number(oack.get('windowsize') ?? 1);
        if (faults.abortAfterOack) {
          socket.send(errorPacket(8, 'User aborted the transfer'), serverPort, '127.0.0.1', () =>
            finish(new Error('aborted')),
          );
          return;
        }
        acknowledge();
        return;
      }
      dataPackets += 1;
      if (intruding) {
        intruding = false;
        const other = createSocket('udp4');
        other.on('message', (answer) => {
          intruderAnswer = answer;
          other.close();
        });
        other.send(Buffer.from([0, 4, 0, 1]), serverPort, '127.0.0.1');
      }
      if (packet.readUInt16BE(2) !== ((blocks.length + 1) & 0xffff)) {
        if (windowSize > 1 && inWindow > 0) acknowledge();
        return;
      }
      blocks.push(packet.subarray(4));
      inWindow += 1;
      const isLast = packet.length - 4 < blockSize;
      if (isLast || inWindow === windowSize) acknowledge();
      if (isLast) setTimeout(finish, 0);
    });
    transmit();
    wait();
  });
}

/** A linear congruential generator: the same losses for the same seed. */
function randomDrops(seed: number, loss: number): () => boolean {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 < loss;
  };
}
