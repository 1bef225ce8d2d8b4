import type { FastifyReply } from 'fastify';
import type { QueryRunner, QueryTask } from '../ports.ts';

/** Lets a query thread answer; gives up when the client goes. */
export async function answerQuery(
  queries: QueryRunner,
  reply: FastifyReply,
  task: QueryTask,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  const { status, type, body } = await queries.run(task, gone.signal);
  return reply.code(status).type(type).header('cache-control', 'no-store').send(body);
}
