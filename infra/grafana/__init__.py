"""Dashboards as code: one module a dashboard says what is shown, `build.py` writes the JSON that Grafana reads."""
