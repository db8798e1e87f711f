/**
 * A network that silently drops the packets of chosen connections on loopback.
 *
 * @module
 */

/** Connections from some ports of clients to one of a server. */
export interface Ports {
  clients: number[];
  server: number;
}

/** The ports from which a process is connected to a server's port. */
export async function portsTo(server: number, pid: number): Promise<number[]> {
  const inodes = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
    inodes.add(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
  }
  // https://docs.kernel.org/networking/proc_net_tcp.html: addresses in hexadecimal, the inode in the tenth column.
  const lines = (await Deno.readTextFile("/proc/net/tcp")).split("\n").slice(1);
  return lines.map((line) => line.trim().split(/\s+/)).flatMap(([, local, remote, , , , , , , inode]) => {
    const isOne = inodes.has(inode ?? "") && portIn(remote) === server;
    return isOne ? [portIn(local)] : [];
  });
}

/** Drops every packet of these connections, in both directions, for as long as `use` takes. */
export async function withPortsDropped<T>({ clients, server }: Ports, use: () => Promise<T>): Promise<T> {
  const rules = clients.flatMap((client) => [
    ["--sport", `${client}`, "--dport", `${server}`],
    ["--sport", `${server}`, "--dport", `${client}`],
  ]).map((ports) => ["INPUT", "-i", "lo", "-p", "tcp", ...ports, "-j", "DROP"]);
  const added: string[][] = [];
  try {
    for (const rule of rules) {
      await iptables("-I", ...rule);
      added.push(rule);
    }
    return await use();
  } finally {
    for (const rule of added) await iptables("-D", ...rule);
  }
}

/** How many packets have been dropped that these clients sent. */
export async function droppedPackets(clients: number[]): Promise<number> {
  const listing = await iptables("-nvxL", "INPUT");
  const counts = clients.map((client) =>
    Number(new RegExp(`^\\s*(\\d+).* DROP .*spt:${client} `, "m").exec(listing)?.[1] ?? 0)
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function iptables(...args: string[]): Promise<string> {
  const command = new Deno.Command("iptables", { args: ["--wait", ...args] });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`iptables ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function portIn(address: string | undefined): number {
  return parseInt(address?.split(":")[1] ?? "", 16);
}
