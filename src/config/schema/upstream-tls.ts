import { z } from "zod";
import type { UpstreamTlsConfig } from "../gateway-config.ts";
import { described, matching, someText, switchValue } from "./text.ts";

const withoutOptions: UpstreamTlsConfig = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  serverName: undefined,
  sans: [],
};

const map = z
  .strictObject({
    ca: described(
      "A PEM file of the authorities that are trusted. Default: those that Node.js and the system trust.",
      someText("a path").optional(),
    ),
    cert: described(
      "A PEM file of the certificate that the gateway shows, with its chain: mTLS. Default none.",
      someText("a path").optional(),
    ),
    key: described("A PEM file of its key, without a passphrase.", someText("a path").optional()),
    server_name: described(
      "The host name or IP address that is asked for and that certificates must be for. Default: that of the endpoint.",
      matching(
        /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})?|[0-9A-Fa-f:.]{2,45})$/,
        "a host name such as library.internal",
      ).optional(),
    ),
    sans: described(
      "Alternative names, one of which certificates must have besides, exactly: DNS names, IP addresses or URIs. Default any.",
      z
        .array(
          matching(
            /^[\x21-\x7e]{1,2048}$/,
            "a name such as library.internal or spiffe://a/library",
          ),
        )
        .prefault([]),
    ),
  })
  .transform(
    (keys): UpstreamTlsConfig => ({
      ca: keys.ca,
      cert: keys.cert,
      key: keys.key,
      serverName: keys.server_name,
      sans: keys.sans,
    }),
  );

/** TLS to the endpoints of a cluster: `true`, or a map; undefined for none. */
export const upstreamTls: z.ZodType<UpstreamTlsConfig | undefined> = z.union(
  [switchValue().transform((isOn) => (isOn ? withoutOptions : undefined)), map],
  { error: "expected true, false or a map" },
) as z.ZodType<UpstreamTlsConfig | undefined>;
