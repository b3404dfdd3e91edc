"""Agencies of one installation: a record in the data folder, an account on the bus, one consumer, one key.

Only the agency's seed is secret, and it lies in the folder handed to the agency; the record and the server's
configuration hold its public half.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.local.keys import new_seed, public_nkey
from infra.local.private_files import private_folder, write_private
from infra.local.problems import StackError
from infra.nats.config import AgencyAccount
from tongxin_contracts.subjects import AGENCY_STREAM, agency_consumer


@dataclass(frozen=True, slots=True)
class Agency:
    """An outside body that receives events."""

    id: str
    name: str
    public_key: str

    def account(self) -> AgencyAccount:
        """As the server's configuration wants it."""
        return AgencyAccount(self.id, self.public_key)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an agency needs to connect: hand over the whole folder."""

    folder: Path
    seed_file: Path
    url: str
    stream: str
    consumer: str


class AgencyRecord:
    """The list of agencies, as a JSON file."""

    def __init__(self, data: Path) -> None:
        self._file = data / "agencies.json"
        self._folders = data / "agencies"

    def all(self) -> list[Agency]:
        """Every agency, in the order they were added."""
        if not self._file.exists():
            return []
        return [Agency(**entry) for entry in json.loads(self._file.read_text())]

    def add(self, agency: str, name: str) -> Agency:
        """Record an agency and make its key; one that is there already keeps its key and takes the new name."""
        agency_consumer(agency)  # refuses an id that would not fit into a subject
        seed_file = self._seed_file(agency)
        if not seed_file.exists():
            private_folder(self._folders)
            private_folder(seed_file.parent)
            write_private(seed_file, new_seed())
        added = Agency(agency, name, public_nkey(seed_file))
        others = [other for other in self.all() if other.id != agency]
        write_private(
            self._file,
            json.dumps([asdict(entry) for entry in (*others, added)], ensure_ascii=False, indent=1).encode(),
        )
        return added

    def renew(self, agency: str) -> Agency:
        """A new key for an agency that is there; the caller sees to it that the old one is let in for a while."""
        known = self.find(agency)
        write_private(self._seed_file(agency), new_seed())
        return self.add(agency, known.name)

    def hand_over(self, agency: Agency, url: str) -> Credentials:
        """Write the folder an agency's developer gets; connect.json names everything but the secret."""
        seed_file = self._seed_file(agency.id)
        found = Credentials(seed_file.parent, seed_file, url, AGENCY_STREAM, agency_consumer(agency.id))
        facts = {
            "agency": agency.id,
            "name": agency.name,
            "url": url,
            "seed_file": seed_file.name,
            "stream": found.stream,
            "consumer": found.consumer,
        }
        write_private(found.folder / "connect.json", json.dumps(facts, ensure_ascii=False, indent=1).encode())
        return found

    def find(self, agency: str) -> Agency:
        """The agency with this id; raises StackError when there is none."""
        for entry in self.all():
            if entry.id == agency:
                return entry
        raise StackError(f"没有外部机构 {agency}。")

    def _seed_file(self, agency: str) -> Path:
        return self._folders / agency / "agency.nk"
