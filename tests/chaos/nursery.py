"""What the server that workers are forked from does once for all of them.

Importing the worker's main takes a second, and naming its build two more: the engine's library
compiles every module for it.
"""

from temporalio.worker._worker import load_default_build_id

import workflows.worker

assert workflows.worker
load_default_build_id()
