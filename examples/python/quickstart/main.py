"""The first lines with expt, as a program: main.py URL KEY"""

import sys


def show_new_checkout() -> None:
    print("new-checkout: on")


def show(size: int, variant: str) -> None:
    print(f"page-size: {size}\ncheckout-test: {variant}")


# [quickstart]
import expt  # pip install ./bindings/python


def shop(url: str, key: str) -> None:
    with expt.Client(url=url, key=key) as client:                 # raises for wrong options; waits <= 2 s for ready
        user = expt.Context("user-42", country="CH", age=31)
        if client.enabled("new-checkout", user):
            show_new_checkout()
        size = client.value("page-size", user, 20)                # int, from the default
        variant = client.variant("checkout-test", user, "control")
        show(size, variant)
        client.track("purchase", user, value=19.90)
# [quickstart]


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: main.py URL KEY", file=sys.stderr)
        return 2
    try:
        shop(*arguments)
    except expt.Error as error:
        print(f"quickstart: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
