"""How often the checks are wrong: honest and corrupted studies, printed as papers do, and judged."""
