/** Port: turns passwords into hashes that are slow to guess, and compares, off the event loop. */
type Verification = "match" | "mismatch" | "busy";

/** Guarantee: the event loop is never blocked; more waiting calls than can be served in seconds answer `busy`. Never throws for a damaged hash. */
export interface PasswordHasher {
  /** PHC string; null when too many wait. */
  hash(password: string): Promise<string | null>;
  verify(password: string, hash: string): Promise<Verification>;
  /** Takes as long as a real comparison: for users that do not exist. */
  pretend(password: string): Promise<Verification>;
}
