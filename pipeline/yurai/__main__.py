"""`python -m yurai`: the command line, where the script is not on the PATH."""

from yurai.cli import main

if __name__ == "__main__":
    main()
