"""Re-derive published statistics from what is printed."""

from importlib.metadata import version

__version__ = version("rederive")
