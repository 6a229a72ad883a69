"""Everything that is declared once: words, parameters, outcomes, tables, events, draws."""
