/** The OpenAPI document: valid by the official meta-schema, and exactly what is served. */
import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CALLS } from "#contracts/http/calls.ts";
import { openApiDocument } from "#contracts/openapi.ts";
import { openHttpWorld, type HttpWorld } from "#tests/support/http-world.ts";

let world: HttpWorld;
beforeAll(async () => {
  world = await openHttpWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

test("the document is valid against the official OpenAPI 3.1 schema", async () => {
  const published = await readFile(new URL("../support/openapi-3.1-schema.json", import.meta.url), "utf8");
  // Ajv follows this dynamic reference to the document's root; it means the schema object, which the next test judges.
  const schema = JSON.parse(published.replaceAll('"$dynamicRef": "#meta"', '"$ref": "#/$defs/schema"')) as object;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(schema);
  const { json } = await world.ask("GET", "/api/openapi.json");
  validate(json);
  expect(validate.errors ?? []).toEqual([]);
  validate({ ...json, paths: { nonsense: {} } });
  expect(validate.errors ?? []).not.toEqual([]);
});

test("every schema in it is JSON Schema 2020-12", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const schemas: unknown[] = [];
  JSON.stringify(openApiDocument("x"), (key, value: unknown) => {
    if (key === "schema") schemas.push(value);
    return value;
  });
  expect(schemas.length).toBeGreaterThan(CALLS.length);
  for (const schema of schemas) {
    void ajv.validateSchema(schema as object);
    expect(ajv.errors ?? [], JSON.stringify(schema).slice(0, 300)).toEqual([]);
  }
});

test("every path it describes is served, with every method, and nothing else is", async () => {
  const paths = openApiDocument("x")["paths"] as Record<string, Record<string, unknown>>;
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.toSorted()).toEqual(CALLS.map(({ method, path }) => `${method} ${path}`).toSorted());
  for (const call of CALLS) {
    const { json, status } = await world.ask(call.method, call.path.replaceAll(/\{\w+\}/g, "x"));
    expect([json["code"], status]).not.toContain("unknown_route");
    expect(json["code"]).not.toBe("method_not_allowed");
  }
});

test("the pages at /api/docs load only what the strict policy allows", async () => {
  const page = await world.ask("GET", "/api/docs/", { headers: { accept: "text/html" } });
  expect(page.status).toBe(200);
  expect(page.headers["content-security-policy"]).toContain("script-src 'self';");
  expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/i);
  const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, source = ""]) => new URL(source, `${world.gateway.url}/api/docs/`).pathname,
  );
  expect(sources.length).toBeGreaterThan(3);
  for (const source of sources) expect((await world.ask("GET", source)).status, source).toBe(200);
  const initializer = await world.ask("GET", "/api/docs/static/swagger-initializer.js");
  expect(initializer.text).not.toContain("eval(");
  // The other layout draws a bar with a style element inside, which the policy refuses.
  expect(initializer.text).toContain('"layout":"BaseLayout"');
});

test("both documents are there for everyone", async () => {
  expect((await world.ask("GET", "/api/asyncapi.json")).json).toEqual({ asyncapi: "3.0.0" });
  expect((await world.ask("GET", "/api/openapi.json")).json["openapi"]).toBe("3.1.0");
});
