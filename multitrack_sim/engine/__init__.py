"""The engine: compiled rules, their cache, addressed chance. It knows no peace."""
