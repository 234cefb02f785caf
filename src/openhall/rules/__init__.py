"""What is allowed: permissions and states as plain tables. No database, no network."""
