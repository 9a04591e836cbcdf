"""examples/python/quickstart against a real server, beside the same program in C++."""

import subprocess
import sys
from collections.abc import Callable

from conftest import SOURCE, Shop, programs

PROGRAM = SOURCE / "examples" / "python" / "quickstart" / "main.py"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, text=True, capture_output=True, timeout=60)


def test_prints_its_decisions_and_reports_a_purchase(make_shop: Callable[..., Shop]) -> None:
    own = make_shop()
    done = run(sys.executable, str(PROGRAM), own.url, own.key)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "new-checkout: on\npage-size: 50\ncheckout-test: treatment\n"
    results = own.results()
    assert results["exposures"]["units"] == 1
    purchases = {arm["variant"]: arm["sum"] for arm in results["metrics"][0]["variants"]}
    assert purchases["treatment"] == 1


def test_says_what_the_program_in_cpp_says(running_shop: Shop) -> None:
    python = run(sys.executable, str(PROGRAM), running_shop.url, running_shop.key)
    cpp = run(programs.program("quickstart"), running_shop.url, running_shop.key)
    assert (python.returncode, python.stdout) == (cpp.returncode, cpp.stdout)


def test_says_the_same_against_the_server_of_the_demo(make_shop: Callable[..., Shop]) -> None:
    demo = make_shop(is_demo=True)
    for program in ([sys.executable, str(PROGRAM)], [programs.program("quickstart")]):
        done = run(*program, demo.url, demo.key)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "new-checkout: on\npage-size: 50\ncheckout-test: treatment\n"


def test_says_what_is_wrong_with_its_arguments() -> None:
    assert run(sys.executable, str(PROGRAM)).returncode == 2
    done = run(sys.executable, str(PROGRAM), "http://flags.example.com", "expt1.srv.env.k1.1.digest.secret-part")
    assert done.returncode == 1
    assert done.stderr.startswith("quickstart: url: ")
    assert "secret-part" not in done.stderr
