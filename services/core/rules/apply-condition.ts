/** Conditions no sample proves: a device that is not who it says, a channel or a disk that failed (DEV-6, DEV-8, SYS-1). */
import type { AlertOwner } from "#core/alerts/alert-record.ts";
import type { BilingualText } from "#core/alerts/alert.ts";
import type { ConditionEntry } from "#core/journal-entry.ts";
import type { EngineCore } from "#core/rules/engine-core.ts";

const DEVICE_CONDITIONS: Readonly<Record<string, { readonly rule: string; readonly text: BilingualText }>> = {
  clock_offset: { rule: "DEV-6", text: { zh: "设备时钟偏差超过60秒", en: "Device clock is off by more than 60 s" } },
  unknown_device: { rule: "DEV-8", text: { zh: "未知设备或凭证错误", en: "Unknown device or wrong credentials" } },
  wrong_binding: { rule: "DEV-8", text: { zh: "设备使用了不属于它的主题", en: "Device used a topic that is not its own" } },
  replayed_sequence: { rule: "DEV-8", text: { zh: "设备重放了旧消息序号", en: "Device replayed old message numbers" } },
};

const SYSTEM_CONDITIONS: Readonly<Record<string, BilingualText>> = {
  webhook_exhausted: { zh: "Webhook 投递全部失败", en: "A webhook delivery failed for good" },
  journal_full: { zh: "日志已满，暂停确认", en: "Journal is full: acknowledgements have stopped" },
  broker_device_lost: {
    zh: "消息代理不认识部分设备，需要重新生成密钥",
    en: "The broker does not know some devices: each needs a new secret",
  },
  broker_lost: { zh: "与消息代理的连接中断", en: "Connection to the broker is lost" },
  store_refused: { zh: "数据库拒绝写入，数据暂存日志", en: "The database refuses readings: they wait in the journal" },
  store_behind: { zh: "数据存储滞后", en: "The reading store is behind" },
};

/** Invented device names must not become endless alerts: past this many they share one. */
const STRANGERS = 500;

export const applyCondition = (core: EngineCore, entry: ConditionEntry): void => {
  const known = DEVICE_CONDITIONS[entry.condition];
  const rule = core.rules.get(known?.rule ?? "SYS-1");
  if (rule === undefined || !rule.enabled) return;
  const device = entry.device === undefined ? undefined : core.devices.get(entry.device);
  const registered = known !== undefined && device !== undefined && device.config !== null;
  const owner: AlertOwner = registered ? device : core.system;
  let slot: string = rule.id;
  if (!registered) {
    core.system.institutionId = entry.institution ?? device?.institutionId ?? null;
    const about = entry.device ?? (known === undefined ? (entry.detail ?? "") : "");
    slot = `${known === undefined ? entry.condition : rule.id}|${core.system.institutionId ?? ""}|${known === undefined ? "" : about}`;
    if (core.system.slots.size > STRANGERS && !core.system.slots.has(slot)) slot = `${rule.id}||`;
  }
  if (!entry.active) {
    const record = owner.current(slot);
    if (record !== null) core.book.clear(owner, slot, core.now);
    return;
  }
  const summary = known?.text ??
    SYSTEM_CONDITIONS[entry.condition] ?? {
      zh: `${rule.summary.zh}（${entry.condition}）`,
      en: `${rule.summary.en} (${entry.condition})`,
    };
  core.book.fire(owner, slot, {
    rule,
    severity: rule.severity,
    tier: rule.tier,
    device: entry.device ?? null,
    onsetAt: core.now,
    decidedT: core.now,
    value: entry.value ?? null,
    unit: entry.value !== undefined && entry.condition === "clock_offset" ? "ms" : null,
    threshold: rule.threshold,
    late: false,
    lowConfidence: false,
    evidence: () => ({ metric: rule.metric, from: core.now, to: core.now, points: [], aggregate: entry.condition }),
    summary,
  });
};
