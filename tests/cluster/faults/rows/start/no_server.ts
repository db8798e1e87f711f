/**
 * No connection to the API server at the start: a run waits out a temporary fault; a lasting fault ends it, and it has
 * created nothing.
 *
 * @module
 */
import { certificate } from "../../../../lab/certificate.ts";
import type { FaultRow, Outcome } from "../../fault_row.ts";
import { must, mustHaveCreatedNothing, mustHaveSeen, mustSay } from "../../lab/checks.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, until, untilSaid } from "../../lab/waiting.ts";
import { finishWhenWatched } from "../../lab/watched_run.ts";

/** How long a fault lasts that the run is to live through, milliseconds. */
const A_WHILE_MS = 10_000;

const noServer: FaultRow[] = [
  {
    row: 1,
    name: "nothing listens for the first 10 s: the run begins when the API server does",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      rig.proxy.refuse();
      const run = rig.start();
      await untilSaid(run, "trying again");
      await sleep(A_WHILE_MS);
      rig.proxy.open(certificate("first"));
      const openedAt = performance.now();
      const first = await until("a request", () => rig.proxy.seen[0]);
      must(first.at - openedAt < 3_500, "the first request comes within 3.5 s of the server's return");
      const outcome = await finishWhenWatched(rig, run);
      mustSay(outcome.ended, "refused", "trying again");
      return outcome;
    },
  },
  {
    row: 2,
    name: "the API server's name is not known for the first 10 s: the run begins when it is",
    exitCode: 0,
    objects: 1,
    needs: ["root"],
    async scenario(rig) {
      const hosts = `${rig.folder}/hosts`;
      const resolver = `${rig.folder}/resolv.conf`;
      await Deno.writeTextFile(hosts, "");
      await Deno.writeTextFile(resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
      await rig.pointTo(rig.proxy.url.replace("127.0.0.1", "localhost"));
      const mounts = `mount --bind ${hosts} /etc/hosts && mount --bind ${resolver} /etc/resolv.conf`;
      const through = ["/usr/bin/unshare", "-m", "/bin/sh", "-c", `${mounts} && exec "$0"`];
      const run = rig.start({}, { through });
      await untilSaid(run, "trying again");
      await sleep(A_WHILE_MS);
      mustHaveSeen(rig, 0, () => true, "a request before the name is known");
      await Deno.writeTextFile(hosts, "127.0.0.1 localhost\n");
      const outcome = await finishWhenWatched(rig, run);
      mustSay(outcome.ended, "//localhost:", "failed to lookup address", "trying again");
      return outcome;
    },
  },
];

/** Runs against a server that no TLS client can trust, until the runner gives up. */
async function runToDistrust(rig: Rig, server: string): Promise<Outcome> {
  await rig.pointTo(server);
  const run = rig.start();
  await untilSaid(run, "trying again");
  const saidAt = performance.now();
  const ended = await run.ended;
  const seconds = (ended.at - saidAt) / 1_000;
  must(seconds > 28 && seconds < 40, `it tries for 30 s (it took ${seconds} s)`);
  mustHaveSeen(rig, 0, () => true, "a request");
  await mustHaveCreatedNothing(rig);
  return { ended };
}

/** Lets every connection in, does something with it, and counts. Returns how many there were when it is closed. */
function acceptAll(listener: Deno.Listener, greet: (conn: Deno.Conn) => Promise<unknown>): () => number {
  let count = 0;
  let open = true;
  const loop = async () => {
    while (open) {
      const conn = await listener.accept().catch(() => undefined);
      if (!conn) continue;
      count++;
      greet(conn).catch(() => {}).finally(() => conn.close());
    }
  };
  loop();
  return () => {
    open = false;
    listener.close();
    return count;
  };
}

const distrust: FaultRow[] = [
  {
    row: 3,
    name: "the certificate's CA is not the kubeconfig's: 2 after 30 s",
    exitCode: 2,
    objects: 0,
    async scenario(rig) {
      await Deno.writeTextFile(`${rig.folder}/ca.crt`, certificate("second").ca);
      const outcome = await runToDistrust(rig, rig.proxy.url);
      mustSay(outcome.ended, "certificate", rig.proxy.url);
      return outcome;
    },
  },
  {
    row: 3,
    name: "the CA file is put right after 10 s: it is read again and the run goes on",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      await Deno.writeTextFile(`${rig.folder}/ca.crt`, certificate("second").ca);
      const run = rig.start();
      await untilSaid(run, "trying again");
      await sleep(A_WHILE_MS);
      mustHaveSeen(rig, 0, () => true, "a request");
      await Deno.writeTextFile(`${rig.folder}/ca.crt`, certificate("first").ca);
      const outcome = await finishWhenWatched(rig, run);
      mustSay(outcome.ended, "certificate", "trying again");
      return outcome;
    },
  },
  {
    row: 3,
    name: "the certificate is for another address: 2 after 30 s",
    exitCode: 2,
    objects: 0,
    async scenario(rig) {
      const listener = Deno.listenTls({ hostname: "127.0.0.2", port: 0, ...certificate("first") });
      const stop = acceptAll(listener, (conn) => (conn as Deno.TlsConn).handshake());
      try {
        const outcome = await runToDistrust(rig, `https://127.0.0.2:${listener.addr.port}`);
        mustSay(outcome.ended, "certificate", "127.0.0.2");
        return outcome;
      } finally {
        stop();
      }
    },
  },
  {
    row: 3,
    name: "the port speaks plain HTTP: 2 after 30 s",
    exitCode: 2,
    objects: 0,
    async scenario(rig) {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const answer = new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
      const stop = acceptAll(listener, async (conn) => {
        await conn.read(new Uint8Array(1_024));
        await conn.write(answer);
      });
      const outcome = await runToDistrust(rig, `https://127.0.0.1:${listener.addr.port}`);
      must(stop() > 1, "more than one connection was made");
      return outcome;
    },
  },
];

export const rows: FaultRow[] = [...noServer, ...distrust];
