"""What the labs' Python programs have in common."""

import os
import signal
import time


def end(folder, names):
    """Asks the processes whose ids stand in FOLDER/NAME.pid to end, waits ten seconds for each, and kills."""
    for name in names:
        path = folder / f"{name}.pid"
        if not path.exists():
            continue
        pid = int(path.read_text())
        path.unlink()
        try:
            os.kill(pid, signal.SIGTERM)
            for _ in range(100):
                os.kill(pid, 0)
                time.sleep(0.1)
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
