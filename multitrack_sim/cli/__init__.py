"""The command `multitrack`: one file a command."""
