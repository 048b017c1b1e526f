"""Who must be told and what must be done: ladders, alerts, mails."""
