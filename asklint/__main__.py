"""`python -m asklint` is the command asklint."""

from asklint.cli import main

if __name__ == "__main__":
    main()
