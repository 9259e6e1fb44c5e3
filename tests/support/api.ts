/** The REST API as a test's user sees it: signed in, JSON in and out. */
import type { Homeward } from "./start-homeward.ts";

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly body: Body;
}

export interface Api {
  readonly token: string;
  call<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<Body>>;
  get<Body = Record<string, unknown>>(path: string): Promise<Body>;
  post<Body = Record<string, unknown>>(path: string, body: unknown): Promise<Body>;
}

/** Signs in as the user with this role (and institution, when several have it). */
export const signIn = async (house: Homeward, role: string, institution?: string): Promise<Api> => {
  const user = house.users.find(
    (candidate) => candidate.roles.includes(role) && (institution === undefined || candidate.institution === institution),
  );
  if (user === undefined) throw new Error(`nobody has the role ${role}`);
  return signInAs(house.http, user.username, user.password);
};

export const signInAs = async (http: string, username: string, password: string): Promise<Api> => {
  const answer = await fetch(`${http}/api/v1/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  const { token } = (await answer.json()) as { token: string };
  const call: Api["call"] = async (method, path, body) => {
    const response = await fetch(`${http}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as never };
  };
  const expectOk = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const answered = await call<Body>(method, path, body);
    if (answered.status >= 300) throw new Error(`${method} ${path} answered ${answered.status}: ${JSON.stringify(answered.body)}`);
    return answered.body;
  };
  return { token, call, get: (path) => expectOk("GET", path), post: (path, body) => expectOk("POST", path, body) };
};

/** Makes a patient with one device of their own, worn since long ago. */
export const enrol = async (
  admin: Api,
  options: {
    readonly kind?: string;
    readonly metrics?: Readonly<Record<string, { readonly everyS: number }>>;
    readonly patient?: Readonly<Record<string, unknown>>;
    readonly from?: number;
  } = {},
): Promise<{ readonly patient: string; readonly device: string; readonly site: string; readonly secret: string }> => {
  const patient = await admin.post<{ id: string }>("/patients", { tier: "T1", profile: "standard", conditions: [], ...options.patient });
  const device = await admin.post<{ id: string; site: string; secret: string }>("/devices", {
    kind: options.kind ?? "oximeter",
    ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
  });
  const { now } = await admin.get<{ now: number }>("/time");
  await admin.post(`/devices/${device.id}/assignment`, { patient: patient.id, from: options.from ?? now - 400 * 86_400_000 });
  return { patient: patient.id, device: device.id, site: device.site, secret: device.secret };
};
