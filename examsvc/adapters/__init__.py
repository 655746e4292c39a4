"""What fulfils the ports: Redis, the clock, passwords, memory."""
