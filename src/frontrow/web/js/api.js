/** The API client as a module of its own, for any page of any site: `import { ApiClient } from "https://…/js/api.js"`. */

export { ApiClient } from "./api/client.js";
export { ApiProblem, NoAnswer, OriginNotAllowed, Problem } from "./api/problems.js";
export { freshKey } from "./api/transport.js";
