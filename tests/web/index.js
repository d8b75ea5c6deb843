/** What `node --test tests/web/` runs from Node 22 on, which takes a folder for a module; Node 20 looks into it. */

import "./api.test.js";
import "./backdrop.test.js";
import "./colors.test.js";
import "./drawing.test.js";
import "./first-paint.test.js";
import "./keeping.test.js";
import "./keyboard.test.js";
import "./live.test.js";
import "./operator.test.js";
import "./ordering.test.js";
import "./pages.test.js";
import "./pay.test.js";
import "./sale.test.js";
import "./seat-grid.test.js";
import "./section-labels.test.js";
import "./words.test.js";
