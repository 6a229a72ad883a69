"""From a TOML file or the codebook to a world."""

from .code_files import read_codes
from .codebook import CODES, Code, codes_table, scenario_from_codes
from .layout import Layout, lay_out
from .load import load, loads
from .read_only import ReadOnly
from .scenario import Scenario
from .settings import Setting, find_setting
from .templates import coded_text, template_text

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
