"""Which streams each service follows: read from the services' own tables of contents, said nowhere else."""

from typing import Final

from chassis.topology import Follows
from infra.contents import CONTENTS

FOLLOWS: Final[Follows] = {name: service.follows for name, service in CONTENTS.items()}
