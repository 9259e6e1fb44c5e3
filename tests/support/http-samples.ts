/** Made-up things that doors are tested with. */
import type { Alert } from "#core/alerts/alert.ts";
import { alertLike } from "#tests/support/alert-like.ts";

export const alert = (id: string, more: Parameters<typeof alertLike>[1] = {}): Alert => alertLike(id, { institution: "north-t1", ...more });
