import { Resolver as DnsClient, lookup } from "node:dns/promises";

/** One address of a name. */
export interface ResolvedAddress {
  readonly address: string;
  /** How long it holds, in ms. */
  readonly ttlMs: number;
}

/** One record of a service (RFC 2782). */
export interface ServiceRecord {
  readonly host: string;
  readonly port: number;
  /** The lowest is used first. */
  readonly priority: number;
  readonly weight: number;
}

/** Asks the DNS. Both reject when there is no answer. */
export interface Resolver {
  /** Every IPv6 and IPv4 address of a name; at least one. */
  addresses(host: string): Promise<readonly ResolvedAddress[]>;
  /** Every SRV record of a name; at least one. */
  services(name: string): Promise<readonly ServiceRecord[]>;
}

// The system's resolver does not say how long an answer holds; /etc/hosts is read again as often.
const unknownTtlMs = 30_000;

const second = 1000;

/** The machine's DNS: its servers, then what the system knows besides, such as /etc/hosts. */
export function systemResolver(): Resolver {
  const client = new DnsClient({ timeout: 2000, tries: 2 });
  return {
    async addresses(host) {
      const [six, four] = await Promise.allSettled([
        client.resolve6(host, { ttl: true }),
        client.resolve4(host, { ttl: true }),
      ]);
      const found = [six, four].flatMap((answer) =>
        answer.status === "fulfilled" ? answer.value : [],
      );
      if (found.length > 0) {
        return found.map(({ address, ttl }) => ({ address, ttlMs: ttl * second }));
      }
      const known = await lookup(host, { all: true });
      return known.map(({ address }) => ({ address, ttlMs: unknownTtlMs }));
    },
    async services(name) {
      const records = await client.resolveSrv(name);
      return records.map(({ name: host, port, priority, weight }) => ({
        host,
        port,
        priority,
        weight,
      }));
    },
  };
}
