import subprocess
import sys

import mirakl_async
from mirakl_async import downloads as files

PROBE = "import sys; import mirakl_async; print(*[n for n in sys.modules if n.split('.')[0] in {}])"


def test_importing_the_package_loads_nothing_heavy():
    probe = PROBE.format("{'aiohttp', 'anyio', 'asyncio', 'msgspec'}")
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_client_is_imported_without_aiohttp():
    code = "import sys; from mirakl_async import ConnectChannel; print('aiohttp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_public_name_can_be_imported():
    for name in mirakl_async.__all__:
        assert getattr(mirakl_async, name) is not None
    assert "ConnectChannel" in dir(mirakl_async)
    for name in files.__all__:
        assert getattr(files, name) is not None
