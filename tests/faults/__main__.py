"""`make faults`: run every fault in whole size, then print the table; arguments go to pytest, to run some."""

import os
import sys

if __name__ == "__main__":
    os.environ["TONGXIN_FAULTS"] = "whole"

    import pytest

    from tests.faults import frame, table

    frame.RESULTS.unlink(missing_ok=True)
    status = pytest.main(["-q", "-m", "fault", *(sys.argv[1:] or ["tests"])])
    sys.exit(table.main(every=len(sys.argv) == 1) or int(status))
