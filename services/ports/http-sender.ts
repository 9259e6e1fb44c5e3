/** Port: posts one webhook to the outside, and nowhere it must not go. */
export interface HttpPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

export type PostResult =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** At most 1 KiB of the body, for the delivery log. */ readonly excerpt: string;
      readonly tookMs: number;
    }
  | {
      readonly kind: "failed";
      /** `timeout`, `refused_address`, `dns`, `tls`, `connection`. */ readonly reason: string;
      readonly detail: string;
      readonly tookMs: number;
    };

/**
 * Guarantees: no redirect is followed; the address really connected to was checked after name resolution; private, loopback, link-local and
 * metadata addresses are refused unless allowed; plain http only to allowed hosts; at most 64 KiB of an answer are read; never throws.
 */
export interface HttpSender extends AsyncDisposable {
  post(request: HttpPost): Promise<PostResult>;
  /** Null when the address may be subscribed; otherwise why not. Resolves names. */
  refusal(url: string): Promise<string | null>;
}
