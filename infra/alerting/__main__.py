"""`python -m infra.alerting`: the job that writes it before Alertmanager starts."""

import sys

from pydantic import ValidationError

from infra.alerting.routes import AlertSettings, write

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{write(AlertSettings())}\n")
    except ValidationError as error:
        sys.exit(str(error))
