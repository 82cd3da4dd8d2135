/** Has a Node.js process collect its garbage: how much of it is there at a moment is chance, and more than what a load holds. */
import { once } from 'node:events';
import { eventually } from '@alink/testing';
import { WebSocket } from 'ws';

/** Variables with which a program must be started for {@link collectGarbage}. */
export const inspectable = (port: number): Record<string, string> => ({ NODE_OPTIONS: `--inspect-port=${port}` });

/**
 * Opens the process's inspector, which stays open, and orders it (Chrome DevTools Protocol, HeapProfiler.collectGarbage).
 * @param port the one that it was started with
 */
export const collectGarbage = async (pid: number, port: number): Promise<void> => {
  process.kill(pid, 'SIGUSR1'); // opens the inspector (Node.js documentation, "Debugger")
  const url = await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/json/list`);
    const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
    return target!.webSocketDebuggerUrl;
  });
  const inspector = new WebSocket(url);
  await once(inspector, 'open');
  inspector.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
  const [answer] = (await once(inspector, 'message')) as [Buffer];
  inspector.close();
  const { error } = JSON.parse(answer.toString()) as { error?: { message: string } };
  if (error) throw new Error(`the inspector answered: ${error.message}`);
};
