"""How the command line refuses: exit code 2, a line for each problem, nothing printed, no traceback."""

from multitrack_sim.cli import main as cli


def refused(capsys, *arguments):
    """The lines of a refusal, having checked that it is one."""
    capsys.readouterr()
    assert cli.main([str(a) for a in arguments]) == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.err and said.out == ""
    lines = said.err.splitlines()
    assert all(line.startswith("multitrack: ") and line.isprintable() for line in lines)
    return lines
