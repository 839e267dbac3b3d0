"""ccnode: an assistant that stays itself."""

__version__ = "0.1.0"
