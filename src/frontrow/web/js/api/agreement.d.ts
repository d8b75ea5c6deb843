/** Where tsc finds the public declarations and the code they speak of at odds. Nothing is loaded from here. */

import type * as declared from "../api.js";
import type { ApiClient } from "./client.js";
import type * as problems from "./problems.js";
import type { freshKey } from "./transport.js";

type Gives<Promised, _Real extends Promised> = true;

export type Agreement = [
  Gives<new (options: declared.ApiClientOptions) => declared.ApiClient, typeof ApiClient>,
  Gives<typeof declared.Problem, typeof problems.Problem>,
  Gives<typeof declared.NoAnswer, typeof problems.NoAnswer>,
  Gives<typeof declared.OriginNotAllowed, typeof problems.OriginNotAllowed>,
  Gives<typeof declared.ApiProblem, typeof problems.ApiProblem>,
  Gives<typeof declared.freshKey, typeof freshKey>,
];
