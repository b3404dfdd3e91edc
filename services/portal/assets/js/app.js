// Puts the parts together. Every page works without this file; what it adds is comfort.
import "./requests.js";
import "./shell.js";
import "./confirm.js";
import "./keys.js";
import "./live.js";
import { onContent } from "./content.js";
import { counters } from "./counters.js";
import { suggestions } from "./suggestions.js";
import { proposalForms, settledDrafts } from "./proposal_form.js";
import { keptForms } from "./keep_form.js";
import { desks } from "./desk.js";
import { together } from "./together.js";
import { uploads } from "./upload.js";

onContent(suggestions);
onContent(counters);
onContent(settledDrafts);
onContent(proposalForms);
onContent(together);
onContent(desks);
onContent(uploads);
onContent(keptForms);
