// The health check of the container: the process answers. Whether every part works is /health/ready, for who has the token.
const secure = Boolean(process.env.HOMEWARD_TLS_CERT);
// The certificate is for the name outside, not for this loopback.
if (secure) process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
const url = `${secure ? "https" : "http"}://127.0.0.1:${process.env.HOMEWARD_HTTP_PORT ?? 8080}/health/live`;
const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) }).catch(() => null);
process.exit(answer?.ok ? 0 : 1);
