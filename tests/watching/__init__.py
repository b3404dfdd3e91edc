"""What operators see, looked at as they would: pages of metrics, files of traces, logs, rules, dashboards, runbooks."""
