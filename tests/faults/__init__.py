"""Faults on real processes, and what must hold through them (the table of faults is in docs/faults.md).

How a fault becomes a row of the table:

* Mark the test: `@pytest.mark.fault("F4", invariants="I1 I2 I8", ci=True)`. Without `ci=True` it runs in `make faults`
  alone; a default run leaves it out and says so. Several tests may carry one fault: all have to pass.
* Say how long recovery took: take the fixture `recovery` and call `recovery.took(seconds, within=10)`, or put the wait
  into `with recovery.timed(within=10):`. The longest one stands in the table.
* Sizes: `times("TONGXIN_FAULT_KILLS", ci=5, whole=20)` from tests.faults.frame. Chance comes from `SEED` there and from
  nowhere else.
* Write the history: the fixture `history` is a file `<test>.history.jsonl` in the data folder whose first line holds
  test and seed; `history.note("promise", …)` adds a line. After the test it is copied to build/faults/, where
  `python -m tests.faults.checker FILE` judges it again, without any server.

`make faults SEED=7` runs all of it; `TONGXIN_FAULTS=whole pytest tests/faults/test_x.py` a single one.
"""
