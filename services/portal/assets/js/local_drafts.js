// Texts that the server has not confirmed yet, kept in this browser. One record a draft, marked with its owner, so that
// the next person at a shared computer is not offered it. A record goes when the server has the text.

const PREFIX = "tongxin:draft:";

/** Keeps a text; false when the browser cannot. */
export function keep(draftId, record) {
  try {
    localStorage.setItem(PREFIX + draftId, JSON.stringify(record));
    return true;
  } catch {
    return false;
  }
}

export function kept(draftId, owner) {
  const record = read(PREFIX + draftId);
  return record?.owner === owner ? record : null;
}

export function forget(draftId) {
  try {
    localStorage.removeItem(PREFIX + draftId);
  } catch {
    // Nothing was kept then.
  }
}

/** This person's unconfirmed drafts, the newest first. */
export function unconfirmed(owner) {
  const found = [];
  try {
    for (const key of Object.keys(localStorage)) {
      const record = key.startsWith(PREFIX) ? read(key) : null;
      if (record?.owner === owner && !record.kind) found.push({ draftId: key.slice(PREFIX.length), ...record });
    }
  } catch {
    return [];
  }
  return found.sort((one, other) => other.at - one.at);
}

// Whom one wants to invite, until the invitation is sent. Under a prefix of its own: it is no text to be brought back.
const PICKED = "tongxin:picked:";

export function keepPicked(draftId, owner, people) {
  if (people.length === 0) return forgetPicked(draftId);
  try {
    localStorage.setItem(PICKED + draftId, JSON.stringify({ owner, people }));
  } catch {
    // Then they are picked again after a reload.
  }
}

export function picked(draftId, owner) {
  const record = read(PICKED + draftId);
  return record?.owner === owner ? record.people : [];
}

export function forgetPicked(draftId) {
  try {
    localStorage.removeItem(PICKED + draftId);
  } catch {
    // Nothing was kept then.
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}
