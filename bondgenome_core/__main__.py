"""``python -m bondgenome_core VERB``."""

import sys

from .cli.app import main

if __name__ == "__main__":
    sys.exit(main())
