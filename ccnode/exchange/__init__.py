"""How do other programs keep conversations? Their formats, read and written; what becomes of them others decide."""
