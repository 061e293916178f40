"""`python -m yurai`: the command line, where the script is not on the PATH."""

from yurai.cli import script

if __name__ == "__main__":
    script()
