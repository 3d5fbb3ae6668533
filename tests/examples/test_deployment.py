"""The examples of a deployment: their commands, settings, ports and times fit the program."""

from __future__ import annotations

import inspect
import re
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest
import yaml

import mirakl_async
from mirakl_async.cli.app import app
from mirakl_async.cli.health import HealthPages, parse_address
from mirakl_async.cli.json_lines import take_option
from mirakl_async.order_sync import queue_feed
from mirakl_async.order_sync.orders import Orders

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "examples" / "deploy"
SETTINGS = {
    name
    for path in Path(mirakl_async.__file__).parent.rglob("*.py")
    if "simulator" not in path.parts
    for name in re.findall(r'"(MIRAKL_[A-Z_]+)"', path.read_text())
}
PAGES = ("running-in-production.md", "command-line.md")


class Unit(RawConfigParser):
    """A unit of systemd; a name may stand several times."""

    optionxform = staticmethod(str)


@pytest.fixture
def service():
    unit = Unit(strict=False, interpolation=None)
    unit.read(DEPLOY / "mirakl-worker.service")
    return unit["Service"]


@pytest.fixture
def manifests():
    return {one["kind"]: one for one in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())}


@pytest.fixture
def pod(manifests):
    return manifests["Deployment"]["spec"]["template"]


@pytest.fixture
def container(pod):
    [one] = pod["spec"]["containers"]
    return one


def parsed(words, monkeypatch, queue="redis://host/0/orders"):
    """The arguments that a command would get; raises what is wrong with them."""
    monkeypatch.setenv("MIRAKL_QUEUE", queue)
    words, form = take_option(words)
    assert form in {"text", "json"}
    command, bound, *_ = app.parse_args(words, exit_on_error=False, print_error=False)
    return command.__name__, bound.arguments


def stops_within():
    """The seconds that a worker may take from SIGTERM to its end."""
    grace = inspect.signature(Orders.worker).parameters["grace_period"].default
    return grace + queue_feed.END_TIMEOUT


def is_setting(name):
    return name in SETTINGS or name.removesuffix("_FILE") in SETTINGS


def environment_file():
    lines = (DEPLOY / "mirakl-worker.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def entrypoint():
    """The command of the image `worker`."""
    stage = (ROOT / "Dockerfile").read_text().partition("AS worker\n")[2].partition("\nFROM ")[0]
    return yaml.safe_load(re.search(r"^ENTRYPOINT (.*)$", stage, re.MULTILINE)[1])


def test_the_service_runs_a_worker_with_health_and_a_log(service, monkeypatch):
    program, *words = shlex.split(service["ExecStart"])
    assert program.endswith("/bin/mirakl-async")
    name, arguments = parsed(words, monkeypatch, environment_file()["MIRAKL_QUEUE"])
    assert name == "worker"
    assert arguments["queue"] == "redis://127.0.0.1:6379/0/orders"
    assert parse_address(arguments["health"]) == ("127.0.0.1", 9100)


def test_the_service_has_the_settings_that_it_names(service):
    name, value = service["Environment"].split("=")
    assert is_setting(name)
    credential, source = service["LoadCredential"].split(":")
    assert value == f"%d/{credential}"
    text = (DEPLOY / "mirakl-worker.service").read_text()
    assert text.count(source) == 2  # it says how the file is made
    assert text.count(service["EnvironmentFile"]) == 2
    assert all(is_setting(name) for name in environment_file())


def test_the_service_lets_a_worker_end(service):
    assert int(service["TimeoutStopSec"]) > stops_within()
    assert service["KillMode"] == "mixed"
    assert (service["SuccessExitStatus"], service["RestartPreventExitStatus"]) == ("1", "2")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_no_fault_with_the_service(tmp_path):
    unit = (DEPLOY / "mirakl-worker.service").read_text().replace("/opt/mirakl/bin/mirakl-async", sys.executable)
    (tmp_path / "mirakl-worker.service").write_text(unit)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / "mirakl-worker.service"],
        capture_output=True, text=True, check=False, timeout=50,
    )  # fmt: skip
    assert [line for line in done.stderr.splitlines() if "mirakl-worker" in line] == []


def test_the_container_runs_a_worker_with_health_and_a_log(container, manifests, monkeypatch):
    program, *words = entrypoint()
    assert program == "mirakl-async"
    queue = manifests["Secret"]["stringData"]["queue"]
    name, arguments = parsed([*words, *container["args"]], monkeypatch, queue)
    assert (name, arguments["queue"]) == ("worker", queue)
    assert parse_address(arguments["health"]) == ("0.0.0.0", 9100)


def test_the_probes_ask_pages_that_exist_at_the_port_of_health(container, pod):
    [port] = container["ports"]
    annotations = pod["metadata"]["annotations"]
    words = container["args"]
    _, number = parse_address(words[words.index("--health") + 1])
    assert (port["containerPort"], int(annotations["prometheus.io/port"])) == (number, number)
    asked = [container[probe]["httpGet"] for probe in ("livenessProbe", "readinessProbe")]
    assert [one["path"] for one in asked] == ["/live", "/ready"]
    assert {one["port"] for one in asked} == {port["name"]}
    for path in ("/live", "/ready", annotations["prometheus.io/path"]):
        assert callable(getattr(HealthPages, path[1:]))


def test_the_container_has_the_settings_that_it_names(container, pod, manifests):
    secret = manifests["Secret"]
    variables = {one["name"]: one for one in container["env"]}
    assert all(is_setting(name) for name in variables)
    for variable in variables.values():
        if "valueFrom" in variable:
            taken = variable["valueFrom"]["secretKeyRef"]
            assert taken["name"] == secret["metadata"]["name"]
            assert taken["key"] in secret["stringData"]
    [volume], [mount] = pod["spec"]["volumes"], container["volumeMounts"]
    [item] = volume["secret"]["items"]
    assert (volume["name"], volume["secret"]["secretName"]) == (mount["name"], secret["metadata"]["name"])
    assert item["key"] in secret["stringData"]
    assert variables["MIRAKL_CLIENT_SECRET_FILE"]["value"] == f"{mount['mountPath']}/{item['path']}"


def test_the_pods_end_in_time_and_are_those_that_the_deployment_selects(manifests, pod):
    deployment = manifests["Deployment"]
    assert pod["spec"]["terminationGracePeriodSeconds"] > stops_within()
    assert deployment["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    user = re.search(r"--uid (\d+)", (ROOT / "Dockerfile").read_text())[1]
    assert pod["spec"]["securityContext"]["runAsUser"] == int(user)


def test_the_pages_name_settings_and_options_that_exist(monkeypatch):
    for page in PAGES:
        text = (ROOT / "docs" / page).read_text()
        assert all(is_setting(name) for name in re.findall(r"\bMIRAKL_[A-Z_]+[A-Z]", text)), page
        for line in re.findall(r"mirakl-async (?:journal|worker|sync|check)[^`\n|<]*", text):
            words = shlex.split(line.removeprefix("mirakl-async "), comments=True)
            if len(words) > 1:
                parsed(words, monkeypatch)


def test_metrics_that_the_page_watches_are_served():
    from mirakl_async.cli.job_metrics import metrics_of
    from mirakl_async.cli.job_status import JobStatus
    from mirakl_async.instrumentation import QueueBacklog

    status = JobStatus()
    status(QueueBacklog(queue="<Q>", waiting=1, oldest=1.0))
    served = {metric.name for metric in metrics_of(status)}
    text = (ROOT / "docs" / "running-in-production.md").read_text()
    watched = set(re.findall(r"\bmirakl_(?:queue|orders|outage|limiter|throttled|outcomes|calls)\w*", text))
    assert len(watched) >= 6
    assert watched <= served
