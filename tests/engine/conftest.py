from __future__ import annotations

import sys
from pathlib import Path

# engine_jobs.py has to be importable in the processes that the tests start
sys.path.insert(0, str(Path(__file__).parent))
