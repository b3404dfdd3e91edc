"""What notify does by itself, round after round: decide which notices are mailed, send mail, remind, put digests together,
post to webhooks, replay."""
