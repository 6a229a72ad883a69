"""From a TOML file or the codebook to a world."""

from .build import Layout, lay_out
from .codebook import CODES, Code, codes_table, scenario_from_codes
from .coded_file import coded_text, read_codes
from .load import load, loads
from .schema import ReadOnly, Scenario, Setting, find_setting
from .template import template_text

__all__ = [
    "CODES",
    "Code",
    "Layout",
    "ReadOnly",
    "Scenario",
    "Setting",
    "coded_text",
    "codes_table",
    "find_setting",
    "lay_out",
    "load",
    "loads",
    "read_codes",
    "scenario_from_codes",
    "template_text",
]
