// Saves a text to the server while it is typed, and never loses it on the way.
//
// PUT <url> with JSON `{revision, ...text}` and the headers X-CSRF-Token and X-Command-Id; the answer is
// `{revision, saved_at}`. A save without an answer is repeated as it was, with the same command id, so that a lost
// answer is not taken for somebody else's change. Until the server has it, the text is kept in this browser.
import { forget, keep } from "./local_drafts.js";

const PAUSE_MS = 1200;
const RETRY_MS = [2000, 5000, 10000, 30000];

export class Autosave {
  #pending = null; // the save on its way: {commandId, body, text}
  #busy = false;
  #failures = 0;
  #timer = 0;
  #saved = "";

  /** `read()` gives the text as it stands; `say(state, details)` shows what happened. */
  constructor({ url, draftId, owner, kind, revision, csrf, read, say }) {
    Object.assign(this, { url, draftId, owner, kind, revision, csrf, read, say });
    this.#saved = JSON.stringify(read());
    this.stopped = false;
    this.unsafe = false;
    window.addEventListener("online", () => this.#soon(0));
  }

  get dirty() {
    return JSON.stringify(this.read()) !== this.#saved;
  }

  /** Something was typed: keep it here at once, send it after a pause. */
  changed() {
    if (!this.dirty) return;
    this.#keep();
    if (!this.stopped) this.#soon(PAUSE_MS);
  }

  /** Goes on after a stop, with what the server says now. */
  resume({ revision, csrf }) {
    Object.assign(this, { revision: revision ?? this.revision, csrf: csrf ?? this.csrf, stopped: false });
    this.#pending = null;
    this.#soon(0);
  }

  /** The form is being sent whole; no save may overtake it. */
  stop() {
    this.stopped = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when the server has what stands here; rejects when it cannot have it now. Nothing is lost either way. */
  async settled() {
    while (this.#busy || this.#pending || this.dirty) {
      if (this.stopped) throw new Error("stopped");
      if (this.#busy) {
        await new Promise((go) => { setTimeout(go, 50); });
        continue;
      }
      clearTimeout(this.#timer);
      await this.#send();
      if (this.#failures > 0) throw new Error("offline");
    }
  }

  #keep() {
    const text = this.read();
    const done = keep(this.draftId, { owner: this.owner, at: Date.now(), kind: this.kind, revision: this.revision, text });
    this.unsafe = !done;
  }

  #soon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), wait);
  }

  async #send() {
    if (this.#busy || this.stopped || (!this.#pending && !this.dirty)) return;
    this.#busy = true;
    const text = JSON.stringify(this.read());
    this.#pending ??= { commandId: uuid(), text, body: JSON.stringify({ revision: this.revision, ...JSON.parse(text) }) };
    this.say("saving");
    try {
      await this.#settle(await this.#put(this.#pending));
    } catch {
      this.#failed("offline");
    } finally {
      this.#busy = false;
    }
  }

  #put({ commandId, body }) {
    return fetch(this.url, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.csrf, "X-Command-Id": commandId },
      credentials: "same-origin",
      body,
    });
  }

  async #settle(response) {
    if (response.ok) {
      const { revision, saved_at: savedAt } = await response.json();
      this.#confirmed(revision, savedAt);
    } else if (response.status >= 500 || response.status === 429) {
      this.#failed("busy");
    } else {
      this.stop();
      const problem = await response.json().catch(() => ({}));
      this.#pending = null;
      // Only a clash of versions can be settled here: other conflicts say that the text is not to be changed any more.
      const clash = response.status === 409 && (problem.type ?? "version-clash").endsWith("version-clash");
      const standing = { 401: "signed-out", 403: "signed-out" }[response.status] ?? (clash ? "clash" : "refused");
      this.say(standing, problem);
    }
  }

  #confirmed(revision, savedAt) {
    this.revision = revision;
    this.#saved = this.#pending.text;
    this.#pending = null;
    this.#failures = 0;
    if (this.dirty) return this.changed();
    forget(this.draftId);
    this.unsafe = false;
    this.say("saved", { at: savedAt, revision });
  }

  #failed(state) {
    this.say(this.unsafe ? "unsafe" : state);
    this.#soon(RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]);
    this.#failures += 1;
  }
}

/** A random UUID; the browser's own maker is missing where a page did not come over TLS. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
