// Draws /openapi.json as a page: every operation with its parameters, bodies, examples and refusals.

/** @param {string} tag @param {Record<string, string>} [attributes] @param {...(Node | string)} children */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const json = (value) => element("pre", { tabindex: "0" }, JSON.stringify(value, null, 2));
/** A sentence in which `backticks` mark code. @param {string} text */
const prose = (text) => element("span", {}, ...text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part)));
const nameOf = (reference) => reference.split("/").pop();

/** What a schema accepts, in a few words. */
function kindOf(schema) {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.anyOf) return schema.anyOf.map(kindOf).filter((kind) => kind !== "null").join(" or ");
  if (schema.enum) return schema.enum.map(String).join(" | ");
  if (schema.const !== undefined) return String(schema.const);
  if (schema.type === "array") return `list of ${kindOf(schema.items ?? {})}`;
  const bounds = [
    schema.minimum !== undefined && `≥ ${schema.minimum}`, schema.maximum !== undefined && `≤ ${schema.maximum}`,
    schema.minLength !== undefined && `≥ ${schema.minLength} characters`,
    schema.maxLength !== undefined && `≤ ${schema.maxLength} characters`, schema.format,
  ].filter(Boolean);
  const kind = schema.type ?? "anything";
  return bounds.length ? `${kind}, ${bounds.join(", ")}` : kind;
}

/** @param {string[]} heads @param {(Node | string)[][]} rows */
function table(heads, rows) {
  return element("div", { class: "wide" }, element("table", {},
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", {}, cell)))))));
}

/** What a field says of itself, or what the one type it may have says. */
const meaningOf = (field) => field.description ?? field.anyOf?.find((option) => option.description)?.description ?? "";

function fieldsOf(schema, schemas) {
  const definition = schema.$ref ? schemas[nameOf(schema.$ref)] : schema;
  const required = new Set(definition?.required ?? []);
  const rows = Object.entries(definition?.properties ?? {}).map(([name, field]) => [
    element("code", {}, required.has(name) ? name : `${name}?`), kindOf(field), prose(meaningOf(field)),
  ]);
  const said = element("p", {}, prose(definition?.description ?? kindOf(schema)));
  return rows.length ? element("div", {}, said, table(["Field", "Type", "Meaning"], rows)) : said;
}

function parametersOf(operation) {
  if (!operation.parameters.length) return [];
  const rows = operation.parameters.map((parameter) => [
    element("code", {}, parameter.required ? parameter.name : `${parameter.name}?`), parameter.in,
    kindOf(parameter.schema), prose(meaningOf(parameter)),
  ]);
  return [element("h4", {}, "Parameters"), table(["Name", "In", "Type", "Meaning"], rows)];
}

function bodyOf(operation, schemas) {
  const media = operation.requestBody?.content["application/json"];
  if (!media) return [];
  const optional = operation.requestBody.required ? "" : " (optional)";
  return [element("h4", {}, `Body${optional}`), fieldsOf(media.schema, schemas), json(media.example)];
}

function answersOf(operation, schemas) {
  return Object.entries(operation.responses).map(([status, response]) => {
    const success = status < "400";
    const [type, media] = Object.entries(response.content ?? {})[0] ?? [];
    const inside = media && (success
      ? [fieldsOf(media.schema, schemas), json(media.example)]
      : type.includes("problem") ? codesOf(media) : [json(media.example)]);
    const title = `${status} · ${success ? "done" : !type?.includes("problem") ? response.description : Object.keys(media.examples).join(", ")}`;
    const attributes = success && media ? { open: "" } : {};
    return element("details", attributes, element("summary", {}, title), ...(inside ?? [element("p", {}, "No body.")]));
  });
}

function codesOf(media) {
  return [table(["Code", "Meaning"], Object.entries(media.examples).map(([code, example]) => [
    element("a", { href: `#${code}` }, element("code", {}, code)), example.summary,
  ]))];
}

function articleOf(path, method, operation, schemas) {
  return element("article", { id: operation.operationId },
    element("h3", {}, operation.summary),
    element("p", { class: "path" }, element("span", { class: `method ${method}` }, method.toUpperCase()), path, " ",
      element("span", { class: "access" }, { public: "public", user: "token", admin: "admin token" }[operation["x-access"]])),
    ...parametersOf(operation), ...bodyOf(operation, schemas), element("h4", {}, "Answers"), ...answersOf(operation, schemas));
}

function draw(description) {
  const schemas = description.components.schemas;
  const menu = element("div");
  const content = [element("h1", {}, `${description.info.title} HTTP API `, element("small", {}, description.info.version)),
    ...description.info.description.trim().split("\n\n").map((text) => element("p", {}, prose(text))),
    element("p", {}, element("a", { href: "/openapi.json" }, "openapi.json"))];
  for (const { name } of description.tags) {
    const links = element("ul");
    menu.append(element("h2", {}, name), links);
    content.push(element("h2", {}, name));
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation.tags.includes(name)) continue;
        links.append(element("li", {}, element("a", { href: `#${operation.operationId}` },
          element("span", { class: `method ${method}` }, method.toUpperCase()), operation.summary)));
        content.push(articleOf(path, method, operation, schemas));
      }
    }
  }
  const problems = description["x-problems"].map((problem) => [
    element("code", { id: problem.code }, problem.code), String(problem.status), problem.title,
  ]);
  menu.append(element("h2", {}, "Reference"), element("ul", {}, element("li", {}, element("a", { href: "#problems" }, "Problem codes"))));
  content.push(element("h2", { id: "problems" }, "Problem codes"), table(["Code", "Status", "Meaning"], problems));
  document.getElementById("menu").replaceChildren(menu);
  const main = document.getElementById("content");
  main.replaceChildren(...content);
  main.removeAttribute("aria-busy");
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

try {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  draw(await answer.json());
} catch (error) {
  document.getElementById("status").textContent = `The API description could not be loaded: ${error.message}. Reload to try again.`;
}
