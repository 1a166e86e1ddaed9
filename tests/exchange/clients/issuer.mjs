// An OpenID Connect issuer on loopback: JWT access tokens after RFC 9068, with Cairn's claims in them.
//
//   node issuer.mjs ALGORITHM      RS256, ES256, EdDSA or Ed25519; prints one JSON line with its address when it is ready
//   POST /rotate                   signs with a new key from now on; the old one stays published
//   POST /withdraw                 publishes the newest key alone
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Provider, errors } from "oidc-provider";

const algorithm = process.argv[2];
const audience = "https://cairn.example/api";
const elsewhere = "https://elsewhere.example";
const scopes = "system/Goal.rs user/Goal.rs patient/Goal.rs";
const claims = {
  "north-app": { kind: "system", roles: ["system"], orgs: ["northside"], speaks_for: ["patient"] },
  "cl-1": { roles: ["clinician"], orgs: ["northside"] },
  "pt-1": { roles: ["patient"], orgs: ["northside"], patient: "pt-1" },
};

function newKey() {
  const kinds = { RS256: ["rsa", { modulusLength: 2048 }], ES256: ["ec", { namedCurve: "P-256" }] };
  const [kind, options] = kinds[algorithm] ?? ["ed25519", {}];
  const key = generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" });
  return { ...key, use: "sig", alg: algorithm, kid: randomUUID() };
}

const configuration = (keys) => ({
  jwks: { keys },
  clients: [
    {
      client_id: "north-app",
      client_secret: "not-a-secret-only-a-test",
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "client_secret_basic",
      id_token_signed_response_alg: algorithm,
    },
    {
      client_id: "pages",
      token_endpoint_auth_method: "none",
      application_type: "native", // so that it may come back to http on loopback
      redirect_uris: ["http://127.0.0.1/callback"],
      grant_types: ["authorization_code"],
      id_token_signed_response_alg: algorithm,
    },
    ...[undefined, "not-a-secret-only-a-test: +&%"].map((secret) => ({
      client_id: secret ? "cairn-with-secret" : "cairn",
      client_secret: secret,
      token_endpoint_auth_method: secret ? "client_secret_basic" : "none",
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/sign-in/callback", "http://localhost/sign-in/callback"],
      grant_types: ["authorization_code"],
      id_token_signed_response_alg: algorithm,
    })),
  ],
  enabledJWA: { idTokenSigningAlgValues: [algorithm] },
  scopes: ["openid", ...scopes.split(" ")],
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo(_, resource) {
        if (![audience, elsewhere].includes(resource)) throw new errors.InvalidTarget();
        return {
          scope: scopes,
          audience: resource,
          accessTokenFormat: "jwt",
          accessTokenTTL: 120,
          jwt: { sign: { alg: algorithm } },
        };
      },
    },
  },
  extraTokenClaims: (_, token) => claims[token.accountId ?? token.clientId],
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
});

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let keys = [newKey()];
  const published = () => new Provider(issuer, configuration(keys)).callback();
  let handle = published();
  const changes = {
    "/rotate": () => [newKey(), ...keys],
    "/withdraw": () => keys.slice(0, 1),
  };
  server.on("request", (request, response) => {
    if (request.method === "POST" && request.url in changes) {
      keys = changes[request.url]();
      handle = published();
      response.end();
      return;
    }
    handle(request, response);
  });
  console.log(JSON.stringify({ issuer, audience, elsewhere }));
});
