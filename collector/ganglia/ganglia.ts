/** What Ganglia's own programs read: gmetad, gstat, the web pages. All off until the settings turn it on. */
import { networkMatcher } from '../../base/networks.ts';
import { isLoopback } from '../http/guard.ts';
import type { InletSettings } from '../inlets/settings.ts';
import type { Listening } from '../inlets/tcp-server.ts';
import { type GangliaSource, gmetadDocument, gmondDocument } from './document.ts';
import { EVERYTHING, parseGangliaQuery } from './query.ts';
import type { GangliaSettings } from './settings.ts';
import { serveXml } from './xml-server.ts';

/** @throws WorldError `listen`; nothing is left open then */
export async function serveGanglia(
  settings: GangliaSettings & Pick<InletSettings, 'gangliaFrom'>,
  source: GangliaSource,
): Promise<{ close(): Promise<void> }> {
  const isNamed = networkMatcher(settings.gangliaFrom);
  // Programs of this machine always, as with gmetad.
  const isKnown = (address: string) => isLoopback(address) || isNamed(address);
  const answers = [
    {
      port: settings.gangliaGmondPort,
      asks: false,
      answer: () => gmondDocument(source),
    },
    {
      port: settings.gangliaGmetadPort,
      asks: false,
      answer: () => gmetadDocument(source, EVERYTHING),
    },
    {
      port: settings.gangliaQueryPort,
      asks: true,
      answer: (question: string) => {
        const query = parseGangliaQuery(question);
        return query && gmetadDocument(source, query);
      },
    },
  ];
  const servers: Listening[] = [];
  const close = async () => {
    for (const server of servers) await server.close();
  };
  try {
    for (const { port, asks, answer } of answers) {
      const options = { address: settings.gangliaListen, port, isKnown };
      if (port !== 0) servers.push(await serveXml(options, answer, { asks }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
