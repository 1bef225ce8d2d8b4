import { createSocket, type Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { errorPacket, OPCODE, TFTP_ERROR } from './request.ts';

export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** Opcode and one number: what the engine reads without looking. */
const PACKET_BYTES_MIN = 4;

/**
 * The socket of one transfer, as the engine expects it, with what the engine lacks: it sends from the address that was asked, hears
 * its peer only, answers others with "unknown transfer" (RFC 1350 §4), and lets no packet through that is too short to read.
 */
export class TransferSocket extends EventEmitter {
  /** The code of the ERROR that the peer sent. */
  peerErrorCode: number | undefined;
  /** Acknowledgements seen; the size question of firmware ends before the first. */
  acks = 0;
  readonly #socket: Socket;
  readonly #localAddress: string;

  constructor(peer: Peer, localAddress: string) {
    super();
    this.#localAddress = localAddress;
    this.#socket = createSocket('udp4');
    this.#socket.on('error', (error) => this.emit('error', error));
    this.#socket.on('close', () => this.emit('close'));
    this.#socket.on('message', (bytes, from) => {
      if (from.port === 0) return;
      if (from.address !== peer.address || from.port !== peer.port) {
        this.#socket.send(
          errorPacket(TFTP_ERROR.unknownTransfer, 'unknown transfer'),
          from.port,
          from.address,
        );
        return;
      }
      if (bytes.length < PACKET_BYTES_MIN) return;
      if (bytes[1] === OPCODE.error) this.peerErrorCode = bytes.readUInt16BE(2);
      if (bytes[1] === OPCODE.ack) this.acks += 1;
      this.emit('message', bytes, from);
    });
  }

  bind(port: number, _anyAddress: unknown, listening: () => void): void {
    this.#socket.bind(port, this.#localAddress, listening);
  }

  send(
    bytes: Buffer,
    offset: number,
    length: number,
    port: number,
    address: string,
    sent?: () => void,
  ): void {
    // A send that fails is a lost packet: the transfer retransmits, and gives up in the end.
    this.#socket.send(bytes, offset, length, port, address, () => sent?.());
  }

  address() {
    return this.#socket.address();
  }

  close(): void {
    this.#socket.close();
  }
}
