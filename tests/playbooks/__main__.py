"""`make playbooks`: run the rows' tests, then print every row with its state."""

import sys

import pytest

from tests.playbooks import table

if __name__ == "__main__":
    status = pytest.main(["-q", "tests/playbooks", *sys.argv[1:]])
    table.main()
    sys.exit(status)
