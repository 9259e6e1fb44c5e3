/** Technical conditions: devices and data, patients who cannot be measured, and the system itself (domain 2.3, semantics 1.3). */
import type { BilingualText } from "#core/alerts/alert.ts";
import type { Tier } from "#core/people.ts";
import type { RuleVersion } from "#core/rules/rule.ts";
import { defineRule } from "./define.ts";

const technical = (
  id: string,
  summary: BilingualText,
  action: BilingualText,
  more: {
    readonly metric?: string;
    readonly threshold?: number;
    readonly clear?: number;
    readonly tier?: Tier;
    readonly kind?: string;
  } = {},
): RuleVersion =>
  defineRule({
    id,
    family: id,
    kind: more.kind ?? "device",
    metric: more.metric ?? null,
    severity: "T",
    tier: more.tier ?? "T1",
    threshold: more.threshold ?? null,
    clear: more.clear ?? null,
    parameters: {},
    summary,
    action,
    source: "Device and data conditions (D)",
  });

export const deviceRules: readonly RuleVersion[] = [
  technical("DEV-1", { zh: "设备无数据", en: "Device is silent" }, { zh: "检查设备与网络", en: "Check device and network" }),
  technical(
    "DEV-2",
    { zh: "有紧急预警的患者设备长时间无数据", en: "Device of a patient with an urgent alert is silent" },
    { zh: "电话确认患者安全", en: "Phone to confirm the patient is safe" },
  ),
  technical("DEV-3", { zh: "每日测量缺失", en: "Daily measurement is missing" }, { zh: "联系患者", en: "Contact patient" }),
  technical(
    "DEV-4",
    { zh: "设备电量低", en: "Device battery is low" },
    { zh: "充电提醒", en: "Charge reminder" },
    { metric: "battery_level", threshold: 20, clear: 30, tier: "T0" },
  ),
  technical(
    "DEV-5",
    { zh: "传感器未佩戴或信号差", en: "Sensor not worn or signal poor" },
    { zh: "重新佩戴", en: "Re-fit sensor" },
    { metric: "signal_quality" },
  ),
  technical(
    "DEV-6",
    { zh: "设备时钟偏差超过60秒", en: "Device clock is off by more than 60 s" },
    { zh: "校时", en: "Time sync" },
    { metric: "clock_offset", threshold: 60_000, clear: 5_000 },
  ),
  technical(
    "DEV-7",
    { zh: "数据异常：越限过多或长时间不变", en: "Data implausible: out of range or never changing" },
    { zh: "疑传感器故障", en: "Possible sensor fault" },
  ),
  technical(
    "DEV-8",
    { zh: "未知设备、绑定错误或序号重放", en: "Unknown device, wrong binding or replayed sequence" },
    { zh: "隔离数据", en: "Quarantine the data" },
  ),
  technical(
    "MEAS-1",
    { zh: "信号质量不足，无法测量", en: "Not measurable: signal quality too poor" },
    { zh: "检查探头与佩戴，联系患者", en: "Check the probe and how it is worn; call the patient" },
    { kind: "measurable" },
  ),
  technical(
    "SYS-1",
    { zh: "系统技术故障", en: "Technical condition of the system" },
    { zh: "联系系统管理员", en: "Tell the system's administrator" },
    { kind: "system" },
  ),
];
