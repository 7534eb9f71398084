"""Re-derive published statistics from what is printed."""

import sys
from importlib.metadata import version

__version__ = version("rederive")

# Altair and Jupyter bring along jsonschema, which on import would build a grammar of internationalised addresses: more
# than a second in every process, for a check that none of them asks for. Without the grammar it leaves the check out.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
