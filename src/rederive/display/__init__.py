"""How things look: prose, tables, verdict cards and charts, the same everywhere."""
