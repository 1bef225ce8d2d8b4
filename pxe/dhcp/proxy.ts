/** ProxyDHCP: boot answers beside a DHCP server that gives the addresses (PXE 2.1 §2.2.3). Pure. */
import { formatIpv4, type Mac } from '../../wire/address.ts';
import type { Quirks } from '../../wire/pxe.ts';
import {
  type BootAnswer,
  type BootChoice,
  type BootServer,
  bootClient,
  chooseBoot,
} from '../boot/firmware.ts';
import { OPTION } from './options.ts';
import { addressOption, BOOT_REQUEST, MESSAGE, messageType } from './packet.ts';
import {
  addressBytes,
  addressed,
  bootOptions,
  type Outcome,
  PXE_BOOT_SERVER_PORT,
  type Received,
  replyTo,
  toSource,
} from './reply.ts';

export interface BootContext extends Pick<BootChoice, 'server' | 'hasFile'> {
  quirksOf(mac: Mac): Quirks;
}

/**
 * Answers a request as a ProxyDHCP server: DISCOVER on port 67 with an OFFER without address, a boot server request on 4011 with an
 * ACK. Never a NAK, and nothing to machines that do not boot from the network.
 */
export function answerAsProxy(received: Received, context: BootContext): Outcome {
  const { packet, port } = received;
  if (packet.op !== BOOT_REQUEST) return ignored('not a request');
  if (port === PXE_BOOT_SERVER_PORT) return answerBootServerRequest(received, context, 'proxy');
  const client = bootClient(packet);
  if (!client) return ignored('not a network boot (no option 60 PXEClient or HTTPClient)');
  const type = messageType(packet);
  if (type === MESSAGE.request) {
    const chosen = addressOption(packet, OPTION.serverId);
    return {
      kind: 'dhcp-request',
      text: `asks ${chosen ? formatIpv4(chosen) : 'its DHCP server'} for ${requestedAddress(received)}`,
    };
  }
  if (type !== MESSAGE.discover) return ignored(`message type ${type} belongs to the DHCP server`);
  const boot = chooseBoot(client, {
    ...context,
    quirks: context.quirksOf(client.mac),
    mode: 'proxy',
  });
  if (!boot) return unknownArchitecture();
  return {
    kind: 'dhcp-offer',
    text: describeBoot(boot),
    reply: addressed(packet, bootReply(received, MESSAGE.offer, boot, context.server)),
  };
}

/**
 * Answers a request on port 4011, which firmware sends when option 43 did not tell it to take the offered file.
 * Wanted in both modes: a quirk can leave option 43 out.
 */
export function answerBootServerRequest(
  received: Received,
  context: BootContext,
  mode: 'proxy' | 'server',
): Outcome {
  const { packet } = received;
  const client = bootClient(packet);
  const type = messageType(packet);
  if (!client || (type !== MESSAGE.request && type !== MESSAGE.inform)) {
    return ignored('not a boot server request');
  }
  const chosen = addressOption(packet, OPTION.serverId);
  if (chosen !== undefined && chosen !== context.server.address) {
    return ignored(`meant for ${formatIpv4(chosen)}`);
  }
  const boot = chooseBoot(client, { ...context, quirks: context.quirksOf(client.mac), mode });
  if (!boot) return unknownArchitecture();
  return {
    kind: 'pxe-ack',
    text: describeBoot(boot),
    reply: toSource(received, bootReply(received, MESSAGE.ack, boot, context.server)),
  };
}

function bootReply({ packet }: Received, type: number, boot: BootAnswer, server: BootServer) {
  return replyTo(
    packet,
    type,
    // iPXE and U-Boot do not boot from an offer whose siaddr is 0, whatever option 54 says.
    { siaddr: server.address, file: boot.file, ciaddr: packet.ciaddr },
    [
      [OPTION.serverId, addressBytes(server.address)],
      // Without option 60 in a proxy's answer, firmware ignores it.
      ...bootOptions(packet, { ...boot, vendorClass: boot.vendorClass ?? 'PXEClient' }),
    ],
  );
}

function requestedAddress({ packet }: Received): string {
  const address = addressOption(packet, OPTION.requestedAddress) ?? packet.ciaddr;
  return address === 0 ? 'an address' : formatIpv4(address);
}

export function describeBoot(boot: BootAnswer): string {
  return `${boot.file} (${boot.why})`;
}

export function ignored(text: string): Outcome {
  return { kind: 'dhcp-ignored', text };
}

function unknownArchitecture(): Outcome {
  return {
    kind: 'dhcp-unknown-architecture',
    text: 'option 93 names no architecture that can be booted',
  };
}
