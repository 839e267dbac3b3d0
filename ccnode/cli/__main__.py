"""`python -m ccnode.cli` is `ccnode`."""

import sys

from ccnode.cli.main import main

sys.exit(main())
