"""`python -m doudi.cli`: the same as the command `doudi`."""

import sys

from doudi.cli import main

if __name__ == "__main__":
    sys.exit(main())
