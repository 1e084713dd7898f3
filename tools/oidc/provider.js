// An OpenID Connect provider for tests, of the package oidc-provider.
//
//   node provider.js '{"issuer": "http://127.0.0.1:1234", "port": 0, …}'
//
// It listens on 127.0.0.1, says on which port by a line of JSON, and ends with its standard input. issuer is where tests
// reach it: a proxy that keeps the Host. Anybody signs in by the name of a user below and any password.
import { generateKeyPair, randomUUID } from 'node:crypto';
import http from 'node:http';
import { promisify } from 'node:util';
import Provider from 'oidc-provider';

const options = {
  issuer: 'http://127.0.0.1', // of tokens, and the base of all addresses
  port: 0, // of 127.0.0.1; 0 for a free one
  clients: ['linefeed'], // public clients of native programs, with PKCE
  origins: [], // of pages whose scripts may ask for tokens; each may be redirected to at /, also after signing out
  audience: 'linefeed-api', // of access tokens
  accessTokenLife: 300, // seconds
  refreshTokenLife: 3600, // seconds
  deviceCodeLife: 600, // seconds
  rotates: true, // each refresh token is good for one use; a second use ends the sign-in
  ...JSON.parse(process.argv[2] ?? '{}'),
};

// The users, with their roles as Keycloak's tokens tell them.
const users = {
  ada: { name: 'Ada Lovelace', email: 'ada@example.org', realm: ['importer', 'staff'], client: ['importer'] },
  bob: { name: 'Bob', email: 'bob@example.org', realm: ['staff'], client: [] },
};

const claimsOf = (id) => ({
  preferred_username: id,
  name: users[id].name,
  email: users[id].email,
});

// What the provider remembers. A restart of its keys does not touch it.
const kept = new Map();

class Memory {
  constructor(model) {
    this.model = model;
    if (!kept.has(model)) kept.set(model, new Map());
  }
  get all() {
    return kept.get(this.model);
  }
  find = async (id) => this.all.get(id);
  findByUid = async (uid) => [...this.all.values()].find((v) => v.uid === uid);
  findByUserCode = async (code) => [...this.all.values()].find((v) => v.userCode === code);
  upsert = async (id, payload) => void this.all.set(id, payload);
  destroy = async (id) => void this.all.delete(id);
  consume = async (id) => {
    this.all.get(id).consumed = Math.floor(Date.now() / 1000);
  };
  revokeByGrantId = async (grant) => {
    for (const [id, v] of this.all) if (v.grantId === grant) this.all.delete(id);
  };
}

async function newKey() {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

async function newProvider() {
  const provider = new Provider(options.issuer, {
    adapter: Memory,
    clients: options.clients.map((client_id) => ({
      client_id,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback', ...options.origins.map((o) => o + '/')],
      post_logout_redirect_uris: options.origins.map((o) => o + '/'),
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    })),
    clientBasedCORS: (_ctx, origin) => options.origins.includes(origin),
    jwks: { keys: [await newKey()] },
    cookies: { keys: ['of tests'] },
    pkce: { required: () => true },
    findAccount: (_ctx, id) => users[id] && { accountId: id, claims: () => ({ sub: id, ...claimsOf(id) }) },
    claims: { openid: ['sub'], profile: ['preferred_username', 'name'], email: ['email'] },
    conformIdTokenClaims: false, // the ID token tells them, as Keycloak's does
    issueRefreshToken: () => true,
    rotateRefreshToken: options.rotates,
    extraTokenClaims: (_ctx, token) =>
      token.accountId && {
        ...claimsOf(token.accountId),
        azp: token.clientId,
        realm_access: { roles: users[token.accountId].realm },
        resource_access: { [token.clientId]: { roles: users[token.accountId].client } },
      },
    features: {
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        // Access tokens are JWTs (RFC 9068) for one audience.
        enabled: true,
        defaultResource: () => 'urn:linefeed',
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: options.audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: options.accessTokenLife,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    ttl: {
      AccessToken: options.accessTokenLife,
      AuthorizationCode: 60,
      DeviceCode: options.deviceCodeLife,
      Grant: 86400,
      IdToken: 300,
      Interaction: 600,
      RefreshToken: options.refreshTokenLife,
      Session: 86400,
    },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === 'device_authorization' && ctx.body?.device_code) ctx.body.interval = 1;
  });
  return provider.callback();
}

// What tests do to the provider, beside the way that users and clients go.
const orders = {
  '/test/rotate': async () => {
    answer = await newProvider();
  },
  '/test/revoke': async () => {
    for (const model of ['RefreshToken', 'AccessToken', 'Grant', 'Session']) kept.get(model)?.clear();
  },
};

let answer = await newProvider();
const server = http.createServer(async (req, res) => {
  const order = orders[req.url];
  if (!order) return answer(req, res);
  await order();
  res.writeHead(204).end();
});
server.listen(options.port, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.resume().on('close', () => process.exit());
