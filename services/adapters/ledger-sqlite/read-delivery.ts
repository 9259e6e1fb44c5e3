/** A row of `deliveries` as the port's value. */
import type { Delivery, DeliveryStatus } from "#ports/outbox.ts";
import { numberOrNull, textOrNull, type Row } from "./statements.ts";

export const readDelivery = (row: Row): Delivery => ({
  id: String(row["id"]),
  webhook: String(row["webhook"]),
  type: String(row["type"]),
  messageId: String(row["message_id"]),
  subject: String(row["subject"]),
  version: Number(row["version"]),
  body: String(row["body"]),
  status: String(row["status"]) as DeliveryStatus,
  attempts: Number(row["attempts"]),
  nextAt: numberOrNull(row["next_at"]),
  createdAt: Number(row["created_at"]),
  lastStatus: numberOrNull(row["last_status"]),
  lastError: textOrNull(row["last_error"]),
});
