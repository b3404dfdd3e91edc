"""`python -m tongxin` is `tongxin`."""

from tongxin.main import app

app()
