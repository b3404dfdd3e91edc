"""What every service stands on: messages in and out, transactions, time, identity, telemetry. No word of the domain.

`service.py` is where to start reading: it puts everything else together.
"""
