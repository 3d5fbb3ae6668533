"""`mirakl-async completion`: the script of a shell completes commands, options, their values and files."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from mirakl_async.cli import main

COMPLETE = """
source "$1"; shift
COMP_WORDS=(mirakl-async "$@"); COMP_CWORD=$#; COMPREPLY=()
_mirakl_async
printf '%s\\n' "${COMPREPLY[@]}"
"""
BASH = shutil.which("bash")


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("completion") / "mirakl-async.bash"
    with pytest.MonkeyPatch.context() as patch, path.open("w") as file:
        patch.setattr("sys.stdout", file)
        assert main(["completion", "bash"]) == 0
    return path


@pytest.mark.skipif(BASH is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["jo"], {"journal"}),
        (["s"], {"sample", "simulator", "sync"}),
        (["sync", "--channel"], {"--channel-id", "--channel-store-id"}),
        (["sync", "orders.ndjson", "--rate", "m"], {"maximum"}),
        (["events", ""], {"decode"}),
        (["events", "decode", "--j"], {"--json"}),
        (["check", "f"], {"front"}),
        (["completion", ""], {"bash", "fish", "zsh"}),
        (["nothing-of-ours-be"], {""}),
    ],
)
def test_bash_completes(script, words, expected):
    done = subprocess.run([BASH, "-c", COMPLETE, "bash", script, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.splitlines()) == expected


@pytest.mark.skipif(BASH is None, reason="needs bash")
def test_bash_completes_files(script, tmp_path):
    (tmp_path / "orders-of-today.ndjson").touch()
    word = str(tmp_path / "ord")
    done = subprocess.run(
        [BASH, "-c", COMPLETE, "bash", script, "sync", word], capture_output=True, text=True, check=False
    )
    assert done.stdout == f"{tmp_path}/orders-of-today.ndjson\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_every_command(shell, capsys):
    assert main(["completion", shell]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("check", "export", "events", "decode", "journal", "show-rejected"))


@pytest.mark.parametrize(("shell", "program"), [("zsh", "zsh"), ("fish", "fish"), ("bash", "bash")])
def test_the_script_is_valid_for_its_shell(shell, program, capsys, tmp_path):
    if shutil.which(program) is None:
        pytest.skip(f"needs {program}")
    assert main(["completion", shell]) == 0
    path = tmp_path / "script"
    path.write_text(capsys.readouterr().out)
    assert subprocess.run([program, "-n", path], capture_output=True, check=False).returncode == 0


def test_another_shell_is_wrong_usage(capsys):
    assert main(["completion", "tcsh"]) == 2
    assert '"bash"' in capsys.readouterr().err
